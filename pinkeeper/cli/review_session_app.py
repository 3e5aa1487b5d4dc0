"""The interactive session as a terminal interface: the list of what is open, and what is to be read of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from packaging.version import Version
from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Footer, OptionList, RichLog, Static
from textual.widgets.option_list import Option

from pinkeeper.cli.review_session_dialogs import Question
from pinkeeper.errors import PinkeeperError
from pinkeeper.model.ledger import Entry, Review
from pinkeeper.model.review_backlog import Material, OpenRelease
from pinkeeper.reports.plain import printable
from pinkeeper.reports.review_approval_text import approval_text
from pinkeeper.reports.review_session_text import VIEWS, release_row, session_lines
from pinkeeper.workflows.review_decision import grave_findings
from pinkeeper.workflows.review_session import Sitting, key_of_release

__all__ = ["SessionApp"]

_STYLES = {
    "error": "bold red",
    "warning": "yellow",
    "good": "green",
    "strong": "bold",
    "quiet": "dim",
    "added": "green",
    "removed": "red",
    "changed": "cyan",
}
_NARROWEST = 40


class SessionApp(App[None]):
    """Moves through what is open. Decisions are written by the sitting at once; nothing waits for the end."""

    TITLE = "pinkeeper review"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - textual declares it so
    CSS = """
    #said { height: 1; background: $primary-background; text-style: bold; }
    #body { layout: vertical; }
    .-wide #body { layout: horizontal; }
    #open { height: 7; border: none; border-bottom: solid $primary; padding: 0; }
    .-wide #open { width: 44; height: 100%; border-bottom: none; border-right: solid $primary; }
    #read { height: 1fr; border: none; padding: 0 1; scrollbar-gutter: stable; }
    .-wide #read { width: 1fr; height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "approve", "Approve"),
        Binding("r", "reject", "Reject"),
        Binding("s", "skip", "Skip"),
        Binding("n", "note", "Notes"),
        Binding("1", "view('overview')", "Findings"),
        Binding("2", "view('files')", "Files"),
        Binding("3", "view('notes')", "News"),
        Binding("4", "view('everything')", "All"),
        Binding("w", "base", "Base"),
        Binding("q", "quit", "Quit"),
        Binding("j,down", "move(1)", show=False, priority=True),
        Binding("k,up", "move(-1)", show=False, priority=True),
        Binding("pagedown,space", "read(1)", show=False, priority=True),
        Binding("pageup,b", "read(-1)", show=False, priority=True),
    ]

    def __init__(self, sitting: Sitting, *, coloured: bool) -> None:
        # Without colour it is as the terminal itself has it: even greys are colours that nobody asked for.
        super().__init__(ansi_color=not coloured)
        if not coloured:
            self.theme = "ansi-dark"
        self._sitting = sitting
        self._view = sitting.bookmark.view if sitting.bookmark.view in VIEWS else VIEWS[0]
        self._choice = 0  # which of the bases of the release
        self._failed: dict[tuple[str, Version | None], str] = {}

    # What is seen

    def compose(self) -> ComposeResult:
        """A line that says where one is, the list, what is to be read, and the keys."""
        yield Static(id="said", markup=False)
        with Container(id="body"):
            yield OptionList(id="open")
            yield RichLog(id="read", wrap=True, markup=False, highlight=False, auto_scroll=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Go on where the last session was left."""
        self._list(self._sitting.bookmark.at)

    def on_resize(self) -> None:
        """What is read is laid out for the width that there is."""
        self.call_after_refresh(self._show)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another release is looked at."""
        event.stop()
        self._choice = 0
        self._failed.clear()  # what failed is tried again by who comes back to it
        self._show()

    def _list(self, at: str) -> None:
        """Fill the list, and stand on a release, or on the first that was not put off."""
        sitting, places = self._sitting, self.query_one("#open", OptionList)
        places.clear_options()
        places.add_options(Option(Text(self._row(place))) for place in range(len(sitting.releases)))
        keys = [key_of_release(release) for release in sitting.releases]
        fresh = (place for place, each in enumerate(sitting.releases) if not sitting.is_skipped(each))
        if keys:
            places.highlighted = keys.index(at) if at in keys else next(fresh, 0)
        self._show()

    def _row(self, place: int) -> str:
        release, sitting = self._sitting.releases[place], self._sitting
        here = place == self.query_one("#open", OptionList).highlighted
        return release_row(release, sitting.measure(release), is_skipped=sitting.is_skipped(release), is_here=here)

    def _redraw_rows(self) -> None:
        """The mark of where one is does without colour, and so it moves."""
        places = self.query_one("#open", OptionList)
        for place in range(min(places.option_count, len(self._sitting.releases))):
            row = Text(self._row(place))
            if places.get_option_at_index(place).prompt != row:
                places.replace_option_prompt_at_index(place, row)

    @property
    def _release(self) -> OpenRelease | None:
        place = self.query_one("#open", OptionList).highlighted
        releases = self._sitting.releases
        return None if place is None or place >= len(releases) else releases[place]

    def _base(self, release: OpenRelease) -> Version | None:
        bases = self._sitting.bases(release)
        return bases[self._choice % len(bases)]

    def _show(self) -> None:
        release, log = self._release, self.query_one("#read", RichLog)
        if release is None:
            log.clear()
            log.write(Text("Every locked release is covered. Press q."))
            self.query_one("#said", Static).update(Text("nothing is open"))
            return
        self._redraw_rows()
        key, base = key_of_release(release), self._base(release)
        self._sitting.stand(key, self._view)
        material = self._sitting.known(release, base)
        width = max(log.scrollable_content_region.width, _NARROWEST)
        log.clear()
        note = self._sitting.note(release)
        for text, style in session_lines(self._view, release, material, note=note, width=width):
            log.write(Text(text, style=_STYLES.get(style or "", "")), width=width, scroll_end=False)
        log.scroll_home(animate=False)
        failure = self._failed.get((key, base))
        if failure is not None:
            log.write(Text(failure, style=_STYLES["error"]), width=width, scroll_end=False)
        elif material is None and not release.violations:
            log.write(Text("Comparing ...", style="dim"), width=width, scroll_end=False)
            self._compare(release, base)
        self._say(release, base)

    def _say(self, release: OpenRelease, base: Version | None) -> None:
        sitting = self._sitting
        place = sitting.releases.index(release) + 1
        against = "all of it" if base is None else f"since {base}"
        where = f" {place} of {len(sitting.releases)} open | {release.package} {release.version}, {against}"
        self.query_one("#said", Static).update(Text(printable(f"{where} | {self._view}")))

    @work(thread=True, exclusive=False)
    def _compare(self, release: OpenRelease, base: Version | None) -> None:
        """Lay a release out while the rest goes on."""
        failure = None
        try:
            self._sitting.lay_out(release, base)
        except PinkeeperError as error:
            failure = str(error)
        self.call_from_thread(self._compared, release, base, failure)

    def _compared(self, release: OpenRelease, base: Version | None, failure: str | None) -> None:
        if failure is not None:
            self._failed[key_of_release(release), base] = "\n".join(map(printable, failure.splitlines()))
        self._redraw_rows()
        if self._release == release and self._base(release) == base:
            self._show()

    # What is done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While something is asked, its keys are all there are."""
        del parameters
        return not (isinstance(self.screen, Question) and action in {"move", "read"})

    def action_move(self, step: int) -> None:
        """Go to the next release, or the one before."""
        places = self.query_one("#open", OptionList)
        if places.highlighted is not None and places.option_count:
            places.highlighted = min(max(places.highlighted + step, 0), places.option_count - 1)

    def action_read(self, step: int) -> None:
        """Read on, or back."""
        log = self.query_one("#read", RichLog)
        log.scroll_relative(y=step * max(log.scrollable_content_region.height - 1, 1), animate=False)

    def action_view(self, view: str) -> None:
        """Look at it in another way."""
        self._view = view
        self._show()

    def action_base(self) -> None:
        """Compare with the next covered release, or with nothing."""
        self._choice += 1
        self._show()

    def action_skip(self) -> None:
        """Put the release off and go to the next."""
        release = self._release
        if release is None:
            return
        self._sitting.skip(release)
        self._redraw_rows()
        self.action_move(1)

    def action_note(self) -> None:
        """Write down what the next reviewer should know."""
        release = self._release
        if release is None:
            return

        def take(text: str | None) -> None:
            if text is not None:
                self._sitting.annotate(key_of_release(release), text)
                self._show()

        self.push_screen(Question((), ask="Notes", value=self._sitting.note(release)), take)

    def action_approve(self) -> None:
        """Show what a yes is bound to, and take it typed."""
        release = self._release
        material = None if release is None else self._sitting.known(release, self._base(release))
        if release is None or material is None or release.violations:
            self.notify("There is nothing here that could be approved.")
            return
        try:
            entries = self._sitting.proposed(material, release)
        except PinkeeperError as error:
            self.notify(printable(error.what), severity="error", markup=False)
            return

        def take(answer: str | None) -> None:
            if answer == "yes":
                self._decide(lambda: self._sitting.approve(entries))
            elif answer is not None:
                self.notify("Nothing was approved: that was not a yes.")

        self.push_screen(Question(self._approval(entries, material), ask='Type "yes" to approve'), take)

    def action_reject(self) -> None:
        """Ask why, and write a violation."""
        release = self._release
        if release is None:
            return

        def take(reason: str | None) -> None:
            if reason:
                self._decide(lambda: self._sitting.reject(release, reason))

        line = Text(printable(f"Nobody may use {release.package} {release.version} any more."), style="bold")
        self.push_screen(Question((line,), ask="Why"), take)

    def _approval(self, entries: Iterable[Entry], material: Material) -> Iterable[Text]:
        review = next(entry for entry in entries if isinstance(entry, Review))
        lines = approval_text(review, material, self._sitting.config.criteria, grave_findings(material))
        return [Text(printable(text), style=_STYLES.get(style or "", "")) for text, style in lines]

    def _decide(self, write: Callable[[], None]) -> None:
        place = self.query_one("#open", OptionList).highlighted or 0
        try:
            write()
        except PinkeeperError as error:
            self.notify(printable(error.what), severity="error", markup=False)
            return
        releases = self._sitting.releases
        following = releases[min(place, len(releases) - 1)] if releases else None
        self._list("" if following is None else key_of_release(following))
