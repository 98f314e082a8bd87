internal import CrashLabModel
internal import Glibc

/// Writes a file that is there whole or not at all: it is written under another name first.
///
/// What exists and is no regular file (a pipe, a device, a link such as /dev/stdout) is written to
/// directly, never replaced.
/// - Parameter path: `-` is standard output.
package func writeWhole(_ text: String, to path: String, for purpose: SystemError.Purpose? = nil)
  throws(SystemError)
{
  if path == "-" { return try write(text, to: .standard, path: path, for: purpose) }
  var status = stat()
  if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
    let descriptor = try system("open", path) { open(path, O_WRONLY | O_TRUNC | O_CLOEXEC) }
    defer { close(descriptor) }
    return try write(text, to: Output(descriptor: descriptor), path: path, for: purpose)
  }
  let slash = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
  let partial = "\(path[..<slash]).\(path[slash...]).partial"
  let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { throw SystemError("open", partial, for: purpose) }
  do {
    try write(text, to: Output(descriptor: descriptor), path: path, for: purpose)
  } catch {
    close(descriptor)
    unlink(partial)
    throw error
  }
  guard close(descriptor) == 0, rename(partial, path) == 0 else {
    let code = errno
    unlink(partial)
    throw SystemError("rename", path, code: code, for: purpose)
  }
}

private func write(
  _ text: String, to output: Output, path: String, for purpose: SystemError.Purpose?
) throws(SystemError) {
  do {
    try output.write(text)
  } catch {
    throw SystemError("write", path, code: (error as? SystemError)?.code ?? EIO, for: purpose)
  }
}
