internal import CHarness
package import CrashLabModel
internal import Glibc

/// A program that is started to be looked at, and ended afterwards.
package struct LaidOutProgram: Sendable {
  private let arguments: [String]
  private let patience: Double

  /// - Parameters:
  ///   - arguments: the program, looked for in PATH, and its arguments; at least one.
  ///   - patience: seconds from its start to the look.
  package init(_ arguments: [String], patience: Double) {
    self.arguments = arguments
    self.patience = patience
  }

  /// Starts it, waits, looks and ends it. Its standard output goes to standard error: standard
  /// output is the report's.
  ///
  /// - Throws: SystemError; Laboratory.Interrupted by Ctrl-C, SIGTERM or SIGHUP, with the program ended.
  package func look(machine: Machine) throws -> Layout {
    var mask = sigset_t()
    sigprocmask(SIG_BLOCK, nil, &mask)
    let interrupts = try InterruptSignals()
    return try look(machine: machine, until: interrupts, mask: mask)
  }

  private func look(
    machine: Machine, until interrupts: borrowing InterruptSignals, mask: sigset_t
  ) throws -> Layout {
    let program = try start(mask)
    defer {
      kill(program, SIGKILL)
      while waitpid(program, nil, 0) < 0 && errno == EINTR {}
    }
    var waited = pollfd(fd: interrupts.descriptor, events: Int16(POLLIN), revents: 0)
    poll(&waited, 1, CInt(clamping: Int((patience * 1000).rounded(.up))))
    if let signal = interrupts.take() { throw Laboratory.Interrupted(signal: signal) }
    var info = siginfo_t()
    // Left to be waited for: until then the number is not given to another process.
    waitid(P_PID, id_t(program), &info, WEXITED | WNOHANG | WNOWAIT)
    if info.si_signo != 0 {
      throw SystemError(
        "look at", arguments[0], code: ESRCH,
        for: .lookBeforeEnd(seconds: patience))
    }
    let layout = try Layout.look(at: program, machine: machine)
    if let signal = interrupts.take() { throw Laboratory.Interrupted(signal: signal) }
    return layout
  }

  /// - Parameter mask: the signals that it finds blocked.
  private func start(_ mask: sigset_t) throws(SystemError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // What we ignore is not the program's affair.
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGXFSZ)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var mask = mask
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var vector: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for argument in vector { free(argument) } }
    var program: pid_t = 0
    let error = posix_spawnp(&program, arguments[0], &actions, &attributes, &vector, environ)
    if error != 0 {
      throw SystemError(
        "start", arguments[0], code: error, for: .startProgram)
    }
    return program
  }
}
