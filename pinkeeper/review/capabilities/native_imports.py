"""What the names that a binary asks the loader for are good for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.summary import Capability

__all__ = ["capabilities_of", "plain_name"]

# Functions of Windows that take text are there twice, with A and W at their end; `_` stands for both.
_NAMES: dict[Capability, str] = {
    Capability.PROCESS: """
        system popen execl execle execlp execv execve execvp execvpe execvP execveat fexecve posix_spawn
        posix_spawnp fork vfork forkpty ptrace process_vm_writev task_for_pid popen _popen _wpopen _wsystem _execv
        _execve _execvp _spawnl _spawnle _spawnlp _spawnv _spawnve _spawnvp _wspawnl _wspawnv _wspawnve
        CreateProcess_ CreateProcessAsUser_ CreateProcessWithLogonW CreateProcessWithTokenW ShellExecute_
        ShellExecuteEx_ WinExec NtCreateProcess NtCreateProcessEx NtCreateUserProcess RtlCreateUserProcess
        CreateRemoteThread CreateRemoteThreadEx NtCreateThreadEx QueueUserAPC WriteProcessMemory LSOpenCFURLRef
        OBJC_CLASS_$_NSTask OBJC_CLASS_$_NSAppleScript
    """,
    Capability.NETWORK: """
        socket connect connectx bind listen accept accept4 sendto sendmsg sendmmsg recvfrom recvmsg getaddrinfo
        gethostbyname gethostbyname2 gethostbyname_r gethostbyaddr getnameinfo res_query res_search res_nquery
        ns_initparse WSAStartup WSASocket_ WSAConnect WSASend WSASendTo WSARecv GetAddrInfoW GetAddrInfoExW
        InetPton_ DnsQuery_ DnsQueryEx InternetOpen_ InternetOpenUrl_ InternetConnect_ InternetReadFile
        HttpOpenRequest_ HttpSendRequest_ URLDownloadToFile_ URLDownloadToCacheFile_ SSL_connect BIO_new_connect
        ssh_connect libssh2_session_handshake CFStreamCreatePairWithSocketToHost CFHTTPMessageCreateRequest
        nw_connection_create OBJC_CLASS_$_NSURLSession OBJC_CLASS_$_NSURLConnection
    """,
    Capability.NATIVE: """
        dlopen dlmopen dlsym dlvsym mprotect pkey_mprotect memfd_create shm_open mach_vm_protect vm_protect
        NSCreateObjectFileImageFromMemory NSLinkModule LoadLibrary_ LoadLibraryEx_ LdrLoadDll GetProcAddress
        LdrGetProcedureAddress VirtualAlloc VirtualAllocEx VirtualProtect VirtualProtectEx NtAllocateVirtualMemory
        NtProtectVirtualMemory NtMapViewOfSection
    """,
    Capability.PERSISTENCE: """
        RegSetValue_ RegSetValueEx_ RegSetKeyValue_ RegCreateKey_ RegCreateKeyEx_ NtSetValueKey SHSetValue_
        CreateService_ ChangeServiceConfig_ StartServiceCtrlDispatcher_ NetUserAdd SMLoginItemSetEnabled SMJobBless
        LSSharedFileListInsertItemURL OBJC_CLASS_$_SMAppService
    """,
    Capability.CREDENTIALS: """
        CryptUnprotectData CredRead_ CredEnumerate_ LsaRetrievePrivateData SecKeychainFindGenericPassword
        SecKeychainFindInternetPassword SecKeychainItemCopyContent SecItemCopyMatching GetAsyncKeyState
        SetWindowsHookEx_ getspnam getspent secret_password_lookup_sync
    """,
    Capability.ENVIRONMENT: """
        getenv secure_getenv environ _environ __environ _wgetenv getenv_s _dupenv_s GetEnvironmentVariable_
        GetEnvironmentStrings GetEnvironmentStringsW
    """,
    Capability.HOST_SURVEY: """
        gethostname uname getlogin getlogin_r getpwuid getpwuid_r getpwnam getifaddrs GetComputerName_
        GetComputerNameEx_ GetUserName_ GetUserNameEx_ GetAdaptersInfo GetAdaptersAddresses GetVolumeInformation_
        EnumProcesses CreateToolhelp32Snapshot IsDebuggerPresent CheckRemoteDebuggerPresent
    """,
    Capability.FILE_WRITE: """
        chmod fchmod fchmodat unlink unlinkat rename renameat symlink DeleteFile_ MoveFile_ MoveFileEx_ CopyFile_
        SetFileAttributes_
    """,
    Capability.DYNAMIC_CODE: """
        PyRun_SimpleString PyRun_SimpleStringFlags PyRun_String PyRun_StringFlags PyRun_SimpleFile
        PyRun_SimpleFileExFlags PyRun_FileExFlags PyRun_AnyFileExFlags Py_CompileString Py_CompileStringFlags
        Py_CompileStringExFlags Py_CompileStringObject PyEval_EvalCode PyImport_ExecCodeModule
        PyImport_ExecCodeModuleEx luaL_loadstring
    """,
    Capability.DESERIALISATION: """
        PyMarshal_ReadObjectFromString PyMarshal_ReadObjectFromFile PyMarshal_ReadLastObjectFromFile
    """,
}
_BY_NAME = {
    spelled: capability
    for capability, names in _NAMES.items()
    for name in names.split()
    for spelled in ((name[:-1] + "A", name[:-1] + "W") if name.endswith("_") else (name,))
}
_BY_PREFIX = (("curl_easy_", Capability.NETWORK), ("WinHttp", Capability.NETWORK))

# Sockets of Windows are often asked for by number.
_SOCKET_LIBRARIES = lazy_pattern(r"(?:ws2_32|wsock32)\.dll#(?:1|2|4|13|16|17|19|20|23|51|52|57|111|115)", re.IGNORECASE)

_DECORATION = lazy_pattern(r"\$(?:UNIX2003|INODE64|NOCANCEL|DARWIN_EXTSN|1050)+|@+\w[\w.]*\Z")


def plain_name(symbol: str) -> str:
    """A symbol without what systems put behind names: ``open$INODE64``, ``memcpy@GLIBC_2.14``, ``Sleep@4``."""
    return _DECORATION.sub("", symbol)


def capabilities_of(imports: Iterable[str]) -> tuple[tuple[Capability, tuple[str, ...]], ...]:
    """What the imports are for, each with the names that say so, sorted."""
    found: dict[Capability, set[str]] = {}
    for name in imports:
        capability = _BY_NAME.get(name)
        if capability is None:
            capability = next((each for prefix, each in _BY_PREFIX if name.startswith(prefix)), None)
        if capability is None and _SOCKET_LIBRARIES.fullmatch(name):
            capability = Capability.NETWORK
        if capability is not None:
            found.setdefault(capability, set()).add(name)
    return tuple((capability, tuple(sorted(names))) for capability, names in sorted(found.items()))
