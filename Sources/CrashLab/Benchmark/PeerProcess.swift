internal import CHarness
internal import Glibc

/// Another program that is measured: how long it runs and how many lines of a kind it writes.
struct PeerProcess {
  /// Nanoseconds from its start to its end.
  var duration: Double
  /// Lines of its output that begin as was asked for.
  var lines: Int

  /// Whether there is such a program on the search path.
  static func isInstalled(_ name: String) -> Bool {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
  }

  /// Runs a program to its end; its standard output and error are read and counted.
  ///
  /// - Parameter isCounted: whether a line, without blanks before it, is one of those.
  init(
    _ arguments: [String], environment: [String] = [], isCounted: (Substring.UTF8View) -> Bool
  ) throws(SystemError) {
    var ends: [CInt] = [0, 0]
    try system("pipe") { pipe(&ends) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])
    defer { posix_spawn_file_actions_destroy(&actions) }
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = []
    var variable = environ
    while let text = variable.pointee {
      variables.append(strdup(text))
      variable += 1
    }
    variables += environment.map { strdup($0) } + [nil]
    defer { for text in words + variables { free(text) } }
    var process = pid_t()
    let started = clab_now()
    let error = posix_spawnp(&process, arguments[0], &actions, nil, &words, &variables)
    close(ends[1])
    defer { close(ends[0]) }
    if error != 0 { throw SystemError("posix_spawn", arguments[0], code: error) }
    lines = PeerProcess.count(ends[0], isCounted)
    var status: CInt = 0
    _ = try system("waitpid", arguments[0]) { waitpid(process, &status, 0) }
    duration = Double(clab_now() - started)
  }

  private static func count(
    _ descriptor: CInt, _ isCounted: (Substring.UTF8View) -> Bool
  ) -> Int {
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { break }
      text += buffer[..<count]
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").count { line in
      isCounted(line.drop { $0 == " " }.utf8)
    }
  }
}
