internal import CHarness
internal import CrashLabModel
internal import Glibc

/// The fresh copy's side: a program that was executed to try something comes here before its main,
/// with one thread, and never leaves.
@_cdecl("clab_enter_trial")
func enterTrial() {
  let text = getenv(CLAB_REQUEST_VARIABLE).map { String(cString: $0) } ?? ""
  let isResumed = getenv(resumedVariable) != nil
  do {
    let request = try JSON.value(TrialRequest.self, from: Array(text.utf8))
    if isResumed { try resume(request) }
    _ = fcntl(answers, F_SETFD, FD_CLOEXEC)
    answer(try attempt(request))
  } catch {
    let failure = TrialFailure(error)
    if isResumed { clab_skip("the child could not go on after it was executed again: \(failure)") }
    answer(.failure(failure))
  }
}

private let answers = CInt(CLAB_ANSWERS)

/// Set where a trial's child was executed again for its stack limit.
private let resumedVariable = "CRASHLAB_TRIAL_GOES_ON"

private func attempt(_ request: TrialRequest) throws -> TrialAnswer {
  switch request.subject {
  case .closure(_, on: let stack):
    if case .main(limit: .some) = stack { setenv(resumedVariable, "1", 1) } else { forgetRequest() }
    let tried = try crashCase(request)
    var options = Laboratory.Options(timeout: request.timeout)
    options.showOutput = request.showsOutput
    options.naming = true
    options.argumentsToResume = CommandLine.arguments
    var results: [TrialResult] = []
    try Laboratory(options: options).run([PlannedTrial(tried)]) { results.append($0) }
    return .result(try unjudged(results[0]))
  case .command(let arguments):
    forgetRequest()
    if !request.showsOutput { silence() }
    return .result(try ForeignProgram(arguments).run().result)
  case .stacksOf(let arguments, let isExact):
    forgetRequest()
    if !request.showsOutput { silence() }
    let outcome = try ForeignProgram(arguments)
      .measureStacks(StackOptions(isExact: isExact), machine: .current(trying: false))
    return .stacks(outcome.report, outcome.termination)
  }
}

/// Goes on as a trial's child that was executed again.
private func resume(_ request: TrialRequest) throws {
  let tried = try crashCase(request)
  forgetRequest()
  try Laboratory.resume(tried)
}

/// What is tried may execute programs, and they may be such as would listen.
private func forgetRequest() {
  unsetenv(CLAB_REQUEST_VARIABLE)
  unsetenv(resumedVariable)
}

private func crashCase(_ request: TrialRequest) throws(TrialFailure) -> CrashCase {
  guard case .closure(let place, on: let stack) = request.subject, let body = place.function else {
    throw TrialFailure(.notInFreshCopy)
  }
  return CrashCase(request.name, on: stack, timeout: request.timeout) { body() }
}

/// The result without a verdict on a closure of which nothing was expected.
private func unjudged(_ result: TrialResult) throws(TrialFailure) -> TrialResult {
  if let judgement = result.judgement,
    judgement.verdict == .laboratoryError || judgement.verdict == .skipped
  {
    throw TrialFailure(.judged(judgement))
  }
  var result = result
  result.judgement = nil
  return result
}

extension TrialFailure {
  /// Whatever was thrown, as a value that another process can read.
  init(_ error: any Error) {
    switch error {
    case let failure as TrialFailure: self = failure
    case let error as SystemError: self.init(.system(error))
    case let interrupted as Laboratory.Interrupted: self.init(.interrupted(interrupted.signal))
    default: self.init(.unreadable("\(error)"))
    }
  }
}

private func silence() {
  let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
  dup2(null, STDOUT_FILENO)
  dup2(null, STDERR_FILENO)
}

private func answer(_ answer: TrialAnswer) -> Never {
  do {
    try Output(descriptor: answers).write(JSON.text(of: answer))
  } catch {
    _exit(EX_SOFTWARE)  // nobody listens any more
  }
  // Without what would run at an ordinary end: the program's main has never begun.
  _exit(EX_OK)
}
