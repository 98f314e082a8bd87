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
  try replaceWhole(
    text, partial: "\(path[..<slash]).\(path[slash...]).partial", name: path, for: purpose)
}

/// Tries whether `writeWhole` will be able to write there, before the work that it is to tell of.
///
/// - Throws: SystemError if not.
package func checkWritable(_ path: String) throws(SystemError) {
  if path == "-" { return }
  var status = stat()
  if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
    throw SystemError("open", path, code: EISDIR)
  }
  if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
    try system("open", path) { access(path, W_OK) }
    return
  }
  let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
  try system("open", path) { access(folder, W_OK | X_OK) }
}

/// Makes or replaces a file in a directory, whole or not at all. What was there under its name, a
/// link too, is replaced and never written to.
///
/// - Parameter directory: an open directory, which may have been renamed since.
func replaceWhole(
  _ text: String, in directory: CInt, name: String, for purpose: SystemError.Purpose? = nil
) throws(SystemError) {
  try replaceWhole(
    text, in: directory, partial: ".\(name).partial", name: name, for: purpose)
}

private func replaceWhole(
  _ text: String, in directory: CInt = AT_FDCWD, partial: String, name: String,
  for purpose: SystemError.Purpose?
) throws(SystemError) {
  // Made anew: whatever has the name is an earlier run's, or somebody else's.
  unlinkat(directory, partial, 0)
  let descriptor = try system("open", partial, for: purpose) {
    openat(directory, partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
  }
  do {
    try write(text, to: Output(descriptor: descriptor), path: name, for: purpose)
  } catch {
    close(descriptor)
    unlinkat(directory, partial, 0)
    throw error
  }
  guard close(descriptor) == 0, renameat(directory, partial, directory, name) == 0 else {
    let code = errno
    unlinkat(directory, partial, 0)
    throw SystemError("rename", name, code: code, for: purpose)
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
