internal import CHarness
internal import CrashLabModel
internal import Glibc

/// The program of a dying process, executed anew to take the report of its crash on its standard
/// input.
package struct ReportTaker {
  /// Says to the program what it is executed for.
  package static let mark = "CRASHLAB_TAKES_REPORT=1"

  private let thread: Int32
  private let seconds: Int

  /// - Parameters:
  ///   - thread: one of the process's that lives: under the process's own number nothing is told once
  ///     its first thread has ended.
  ///   - seconds: how long it may take.
  package init(of thread: Int32, seconds: Int) {
    self.thread = thread
    self.seconds = seconds
  }

  /// Runs it to its end, with the arguments and the environment that the process was started with.
  ///
  /// - Throws: SystemError if it can't be executed, or takes too long.
  package func take(_ report: String) throws {
    let file = try system("memfd_create", "for a report") { clab_memory_file("report") }
    defer { close(file) }
    try Output(descriptor: file).write(report)
    lseek(file, 0, SEEK_SET)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO)
    var arguments = strings("cmdline").map { strdup($0) } + [nil]
    let kept = strings("environ").filter { !$0.hasPrefix("CRASHLAB_") }
    var environment = (kept + [ReportTaker.mark]).map { strdup($0) } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var taker: pid_t = 0
    let program = "/proc/\(thread)/exe"
    let error = posix_spawn(&taker, program, &actions, nil, &arguments, &environment)
    if error != 0 { throw SystemError("execute", program, code: error) }
    try waitForEnd(of: taker)
  }

  private func waitForEnd(of taker: pid_t) throws(SystemError) {
    for _ in 0..<(seconds * 1000) {
      if waitpid(taker, nil, WNOHANG) != 0 { return }
      usleep(1000)
    }
    kill(taker, SIGKILL)
    waitpid(taker, nil, 0)
    throw SystemError("wait", "for the program that takes the report", code: ETIMEDOUT)
  }

  private func strings(_ file: String) -> [String] {
    (readSmallBytes("/proc/\(thread)/\(file)") ?? [])
      .split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
