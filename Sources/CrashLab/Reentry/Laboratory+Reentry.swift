internal import CHarness
package import CrashLabModel
internal import Glibc

extension Laboratory {
  /// Runs a closure on a stack of its own and tells what came of it: whether it came to its end, or
  /// what it died of.
  ///
  /// It may be called with any number of threads running, from a test for example. This process is
  /// not forked: it executes itself anew, and the fresh copy becomes a laboratory before its main.
  /// So the closure can't capture anything, and finds no state of this process; globals are
  /// initialised as they are used. The calling thread waits.
  ///
  /// - Parameters:
  ///   - name: what the report calls it.
  ///   - stack: which stack it runs on.
  ///   - timeout: seconds that it may take.
  ///   - showsOutput: whether it may write to this process's standard output and error.
  ///   - body: the closure.
  /// - Throws: if it can't be tried.
  public static func trial(
    _ name: String = "closure", on stack: TrialStack = .thread(), timeout: Double = 10,
    showsOutput: Bool = false, _ body: @escaping @convention(c) () -> Void
  ) throws(TrialFailure) -> TrialResult {
    guard let place = CodePlace(of: body) else {
      throw TrialFailure(.notCode)
    }
    return try FreshCopy.result(
      of: TrialRequest(
        name: name, subject: .closure(place, on: stack), timeout: timeout,
        showsOutput: showsOutput),
      within: 2 * timeout + 30)
  }

  /// Runs a program and tells what came of it, as `crashlab exec` does; with any number of threads
  /// running. It gets no standard input. The calling thread waits.
  ///
  /// - Parameters:
  ///   - command: the program, searched for in PATH, and its arguments.
  ///   - timeout: seconds after which it is ended, and a failure.
  ///   - showsOutput: whether it may write to this process's standard output and error.
  /// - Throws: if it can't be tried, or takes too long.
  public static func trial(
    of command: [String], timeout: Double = 60, showsOutput: Bool = false
  ) throws(TrialFailure) -> TrialResult {
    guard let name = command.first else { throw TrialFailure(.noCommand) }
    return try FreshCopy.result(
      of: TrialRequest(
        name: name, subject: .command(command), timeout: timeout, showsOutput: showsOutput),
      within: timeout)
  }

  /// Runs a program to its end and tells how much of its stacks it has used, as `crashlab stacks`
  /// does; with any number of threads running. It gets no standard input. The calling thread waits.
  ///
  /// - Parameters:
  ///   - command: the program, searched for in PATH, and its arguments.
  ///   - exact: fills stacks beforehand, so that their peaks are known to the byte.
  ///   - timeout: seconds after which it is ended, and a failure.
  ///   - showsOutput: whether it may write to this process's standard output and error.
  /// - Returns: its stacks, and how it ended.
  /// - Throws: if it can't be tried, or takes too long.
  public static func stacks(
    of command: [String], exact: Bool = false, timeout: Double = 60, showsOutput: Bool = false
  ) throws(TrialFailure) -> (report: StacksReport, termination: Termination) {
    guard let name = command.first else { throw TrialFailure(.noCommand) }
    let answer = try FreshCopy.answer(
      to: TrialRequest(
        name: name, subject: .stacksOf(command, isExact: exact), timeout: timeout,
        showsOutput: showsOutput),
      within: timeout)
    guard case .stacks(let report, let termination) = answer else {
      throw TrialFailure(.unreadable("an answer to something else"))
    }
    return (report, termination)
  }
}

/// The program executed anew, for one request.
private struct FreshCopy: ~Copyable {
  private let process: pid_t
  private let answers: CInt

  static func result(
    of request: TrialRequest, within seconds: Double
  ) throws(TrialFailure) -> TrialResult {
    guard case .result(let result) = try answer(to: request, within: seconds) else {
      throw TrialFailure(.unreadable("an answer to something else"))
    }
    return result
  }

  static func answer(
    to request: TrialRequest, within seconds: Double
  ) throws(TrialFailure) -> TrialAnswer {
    guard clab_can_enter_again() else {
      throw TrialFailure(.notLinked)
    }
    let answer: TrialAnswer
    do {
      let copy = try FreshCopy(request)
      answer = try copy.answer(within: seconds)
    } catch {
      throw TrialFailure(error)
    }
    if case .failure(let failure) = answer { throw failure }
    return answer
  }

  /// With this program's arguments: they say to a test runner what it is to load.
  private init(_ request: TrialRequest) throws {
    var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    var environment = try FreshCopy.environment(for: request).map { strdup($0) } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var process: pid_t = 0
    var answers: CInt = -1
    let error = clab_spawn_copy(&arguments, &environment, &process, &answers)
    if error != 0 { throw SystemError("execute", "this program", code: error) }
    self.process = process
    self.answers = answers
  }

  private static func environment(for request: TrialRequest) throws -> [String] {
    var variables: [String] = []
    var next = environ
    while let variable = next.pointee {
      variables.append(String(cString: variable))
      next += 1
    }
    return variables + ["\(CLAB_REQUEST_VARIABLE)=\(try JSON.text(of: request))"]
  }

  /// Waits for the answer and for the copy's end.
  private consuming func answer(within seconds: Double) throws -> TrialAnswer {
    var isLate = false
    let bytes = try FreshCopy.read(answers, until: clab_now() + UInt64(seconds * 1e9), &isLate)
    if isLate {
      // Its child would die with it, but not what that has started.
      clab_observer_end_descendants(process)
      kill(process, SIGKILL)
    }
    var status: CInt = 0
    try system("waitpid") { waitpid(process, &status, 0) }
    if isLate { throw TrialFailure(.late(seconds: Int(seconds))) }
    guard !bytes.isEmpty else {
      throw TrialFailure(.endedWithoutAnswer(waitStatus: status))
    }
    return try JSON.value(TrialAnswer.self, from: bytes)
  }

  private static func read(
    _ descriptor: CInt, until deadline: UInt64, _ isLate: inout Bool
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let now = clab_now()
      isLate = now >= deadline
      if isLate { return bytes }
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let milliseconds = (deadline - now) / 1_000_000 + 1
      let ready = try system("poll") { poll(&waiting, 1, Int32(clamping: milliseconds)) }
      if ready == 0 { continue }
      let count = try system("read", "an answer") { Glibc.read(descriptor, &buffer, buffer.count) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  deinit { close(answers) }
}
