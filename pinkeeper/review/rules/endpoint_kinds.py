"""Kinds of hosts that say something of whoever uses them."""

from __future__ import annotations

from msgspec import Struct

from pinkeeper.model.lazy_pattern import lazy_pattern

__all__ = ["EndpointKind", "kind_of_endpoint"]


class EndpointKind(Struct, frozen=True, kw_only=True):
    """what: in words. is_hidden_way: it hides the receiver, or takes what anybody drops there."""

    what: str
    is_hidden_way: bool


_BOT = EndpointKind(
    what="a bot or a webhook of a messenger, which takes messages from anybody who has its key", is_hidden_way=True
)
_PASTE = EndpointKind(what="a site where anybody drops and fetches texts or files", is_hidden_way=True)
_TUNNEL = EndpointKind(what="a tunnel to somebody's own machine", is_hidden_way=True)
_CATCHER = EndpointKind(what="a site that catches requests for whoever set a trap there", is_hidden_way=True)
_ONION = EndpointKind(what="a hidden service", is_hidden_way=True)
_DYNAMIC = EndpointKind(what="a name that anybody points where they like", is_hidden_way=True)
_RAW = EndpointKind(what="a place that serves whatever somebody put into a repository", is_hidden_way=False)
_WHO_AM_I = EndpointKind(what="a site that tells a machine its own address", is_hidden_way=False)

# By the end of the name; whole labels.
_SUFFIXES = {
    _PASTE: (
        *("pastebin.com", "paste.ee", "hastebin.com", "rentry.co", "rentry.org", "ghostbin.com", "dpaste.com", "ix.io"),
        *("0x0.st", "transfer.sh", "file.io", "gofile.io", "anonfiles.com", "catbox.moe", "bashupload.com", "temp.sh"),
        *("termbin.com", "controlc.com", "privatebin.net", "pixeldrain.com", "oshi.at", "filebin.net", "sprunge.us"),
    ),
    _TUNNEL: (
        *("ngrok.io", "ngrok.app", "ngrok-free.app", "ngrok-free.dev", "trycloudflare.com", "serveo.net"),
        *("localhost.run", "lhr.life", "loca.lt", "localtunnel.me", "pagekite.me", "portmap.io", "devtunnels.ms"),
        *("bore.pub", "pinggy.link", "tunnelmole.net"),
    ),
    _CATCHER: (
        *("webhook.site", "requestbin.com", "requestbin.net", "pipedream.net", "requestcatcher.com", "beeceptor.com"),
        *("hookbin.com", "interact.sh", "oast.fun", "oast.live", "oast.me", "oast.online", "oast.pro", "oast.site"),
        *("burpcollaborator.net", "oastify.com", "dnslog.cn", "ceye.io", "canarytokens.com", "mockbin.org"),
    ),
    _DYNAMIC: ("duckdns.org", "no-ip.org", "no-ip.com", "ddns.net", "hopto.org", "zapto.org", "sytes.net", "dynu.net"),
    _ONION: ("onion", "onion.ly", "onion.ws", "i2p"),
    _RAW: ("raw.githubusercontent.com", "gist.githubusercontent.com", "gist.github.com", "raw.githack.com"),
    _WHO_AM_I: (
        *("ipify.org", "ifconfig.me", "ipinfo.io", "icanhazip.com", "checkip.amazonaws.com", "ip-api.com", "ipapi.co"),
        *("ident.me", "ifconfig.co", "wtfismyip.com", "myip.com", "geoplugin.net"),
    ),
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes}

# By the shape of the path, whoever serves it: the number and key of a bot, the number and key of a webhook.
_BOT_PATHS = lazy_pattern(r"/bot\d{6,}:[\w-]{20,}|/bot[{%<]|/api/webhooks/\d{10,}/|/services/T\w{8,}/B\w{8,}/")
_BOT_HOSTS = lazy_pattern(r"(^|[.-])api[.-]telegram([.-]|$)|(^|\.)discord(app)?([.-][\w-]+)?\.\w+$")


def kind_of_endpoint(host: str, text: str) -> EndpointKind | None:
    """What is known of a host, or of the shape of what is asked of it; None for most."""
    labels = host.split(".")
    for start in range(len(labels)):
        kind = _BY_SUFFIX.get(".".join(labels[start:]))
        if kind is not None:
            return kind
    if _BOT_PATHS.search(text) or (_BOT_HOSTS.search(host) and ("/bot" in text or "webhooks" in text)):
        return _BOT
    return None
