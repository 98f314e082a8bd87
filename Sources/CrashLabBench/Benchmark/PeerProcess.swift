internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel
internal import Glibc

/// Another program that is measured: how long it runs and how many lines of a kind it writes.
struct PeerProcess {
  /// Nanoseconds from its start to its end.
  var duration: Double
  /// Lines of its output that begin as was asked for.
  var lines: Int
  /// It was ended after its patience.
  var timedOut = false

  /// The file of this program, which may be run as well: for a tracer /proc/self is itself.
  static let ownProgram: String = {
    guard let path = realpath("/proc/self/exe", nil) else { return CommandLine.arguments[0] }
    defer { free(path) }
    return String(cString: path)
  }()

  /// Whether there is such a program on the search path.
  static func isInstalled(_ name: String) -> Bool {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
  }

  /// Runs a program to its end; its standard output and error are read and counted.
  ///
  /// - Parameters:
  ///   - environment: variables, over those of this process.
  ///   - patience: seconds after which it is ended, with all that it has started.
  ///   - session: once that is interrupted the program is ended too.
  ///   - isCounted: whether a line, without blanks before it, is one of those.
  init(
    _ arguments: [String], environment: [String] = [], patience: Double,
    session: MeasurementSession,
    isCounted: (Substring.UTF8View) -> Bool
  ) throws(SystemError) {
    var ends: [CInt] = [0, 0]
    try system("pipe") { pipe(&ends) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    // Whoever measures may have signals blocked; a program starts with none.
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = []
    var variable = environ
    let names = environment.map { $0.prefix { $0 != "=" } + "=" }
    while let text = variable.pointee {
      if !names.contains(where: { strncmp(text, String($0), $0.utf8.count) == 0 }) {
        variables.append(strdup(text))
      }
      variable += 1
    }
    variables += environment.map { strdup($0) } + [nil]
    defer { for text in words + variables { free(text) } }
    var process = pid_t()
    let started = clab_now()
    let error = posix_spawnp(&process, arguments[0], &actions, &attributes, &words, &variables)
    close(ends[1])
    defer { close(ends[0]) }
    if error != 0 { throw SystemError("posix_spawn", arguments[0], code: error) }
    let (text, isWhole) = PeerProcess.readAll(
      ends[0], until: started + UInt64(patience * 1e9), session)
    if !isWhole {
      timedOut = true
      kill(-process, SIGKILL)
    }
    var status: CInt = 0
    _ = try system("waitpid", arguments[0]) { waitpid(process, &status, 0) }
    duration = Double(clab_now() - started)
    lines = text.split(separator: "\n").count { isCounted($0.drop { $0 == " " }.utf8) }
  }

  /// Reads to the end, or until the deadline (CLOCK_MONOTONIC nanoseconds) has come.
  private static func readAll(
    _ descriptor: CInt, until deadline: UInt64, _ session: MeasurementSession
  ) -> (text: String, isWhole: Bool) {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let now = clab_now()
      guard now < deadline, session.goesOn else {
        return (String(decoding: text, as: UTF8.self), false)
      }
      let ready = poll(&waiting, 1, CInt(clamping: min(100, (deadline - now) / 1_000_000 + 1)))
      if ready == 0 { continue }
      let count = ready < 0 ? -1 : read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return (String(decoding: text, as: UTF8.self), true) }
      text += buffer[..<count]
    }
  }
}
