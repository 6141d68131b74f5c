"""What Paramiko leaves to the program: SFTP requests on the real file system."""
import os

from paramiko import SFTP_OK, SFTPAttributes, SFTPHandle, SFTPServer, SFTPServerInterface


def status(call, *arguments):
    try:
        call(*arguments)
    except OSError as error:
        return SFTPServer.convert_errno(error.errno)
    return SFTP_OK


def attributes(call, *arguments):
    try:
        return SFTPAttributes.from_stat(call(*arguments))
    except OSError as error:
        return SFTPServer.convert_errno(error.errno)


class Handle(SFTPHandle):
    def stat(self):
        return attributes(os.fstat, self.readfile.fileno())

    def chattr(self, attr):
        return status(SFTPServer.set_file_attr, self.filename, attr)


class Files(SFTPServerInterface):
    def list_folder(self, path):
        try:
            names = os.listdir(path)
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)
        return [SFTPAttributes.from_stat(os.lstat(os.path.join(path, name)), name) for name in names]

    def stat(self, path):
        return attributes(os.stat, path)

    def lstat(self, path):
        return attributes(os.lstat, path)

    def open(self, path, flags, attr):
        try:
            descriptor = os.open(path, flags | os.O_CLOEXEC, attr.st_mode or 0o666)
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)
        mode = {os.O_RDONLY: "rb", os.O_WRONLY: "wb", os.O_RDWR: "r+b"}[flags & os.O_ACCMODE]
        handle = Handle(flags)
        handle.filename = path
        handle.readfile = handle.writefile = os.fdopen(descriptor, mode)
        return handle

    def remove(self, path):
        return status(os.remove, path)

    def rename(self, old, new):
        return SFTPServer.convert_errno(17) if os.path.lexists(new) else status(os.rename, old, new)

    def posix_rename(self, old, new):
        return status(os.replace, old, new)

    def mkdir(self, path, attr):
        return status(os.mkdir, path)

    def rmdir(self, path):
        return status(os.rmdir, path)

    def chattr(self, path, attr):
        return status(SFTPServer.set_file_attr, path, attr)

    def symlink(self, target, path):
        return status(os.symlink, target, path)

    def readlink(self, path):
        try:
            return os.readlink(path)
        except OSError as error:
            return SFTPServer.convert_errno(error.errno)

    def canonicalize(self, path):
        return os.path.realpath(path)
