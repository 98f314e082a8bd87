public import CrashLabModel

/// A program, in any language, with what must be seen of its end.
public struct ProgramCase: Sendable {
  public var name: String
  /// The program, searched for in PATH, and its arguments.
  public var command: [String]
  /// Seconds after which it is ended, which is never as expected; nil: the run's own.
  public var timeout: Double?
  public var expectation: Expectation

  public init(
    _ name: String, command: [String], timeout: Double? = nil, expect: Expectation
  ) {
    self.name = name
    self.command = command
    self.timeout = timeout
    expectation = expect
  }

  /// Runs it as `Laboratory.trial(of:timeout:showsOutput:)` does, and judges what was seen. A program
  /// that can't be started is a trial that has measured nothing.
  ///
  /// - Throws: if nothing can be tried here.
  public func trial(
    attempt: Int = 1, timeout: Double = 60, showsOutput: Bool = false
  ) throws(TrialFailure) -> TrialResult {
    var result: TrialResult
    do throws(TrialFailure) {
      result = try Laboratory.trial(
        of: command, timeout: self.timeout ?? timeout, showsOutput: showsOutput)
    } catch {
      result = TrialResult(command: command)
      switch error.reason {
      case .late: result.termination = .deadline
      case .system(let cause): result.instrumentErrors = [.callFailed(cause)]
      default: throw error
      }
    }
    result.case = name
    result.attempt = attempt
    // What comes after the cause is the program's own affair.
    var cause = result
    cause.faults = Array(result.faults.prefix(expectation.faults.count))
    result.judgement = cause.judged(by: expectation).judgement
    return result
  }
}
