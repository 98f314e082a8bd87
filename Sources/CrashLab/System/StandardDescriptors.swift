internal import Glibc

/// Descriptors 0 to 2, which a program may be started without.
package enum StandardDescriptors {
  /// Those that were closed when `occupy` was called.
  nonisolated(unsafe) private(set) package static var wereClosed: [CInt] = []

  /// Occupies those that are closed, so that nothing that is opened later takes their numbers: what
  /// is written to standard output would go there. To be called once, before anything is opened.
  ///
  /// As before, nothing can be read from or written to them (EBADF), and a program that is executed
  /// finds them closed. Without /dev/null they stay as they are.
  package static func occupy() {
    for (descriptor, unusable) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY),
    ] where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", unusable | O_CLOEXEC)  // takes the lowest number that is free: this
      wereClosed.append(descriptor)
    }
  }
}
