/// A system call that failed: which, on what, and why.
public struct SystemError: Error, Sendable, Equatable, Codable {
  /// What was being done, where that says more than the call: whoever shows the error to a person
  /// may add what helps.
  package enum Purpose: Sendable, Equatable, Codable {
    case makeRunFolder, saveReport, traceProgram
    case readProc
    /// It is no regular file.
    case readRegularFile
    case readReport(largest: Int)
    case readBenchmark
    case lookAtProcess
    /// It ended before the look, so many seconds after its start.
    case lookBeforeEnd(seconds: Double)
    /// With what the child said.
    case makeStacks(told: String)
    case startProgram
    case seeEnd
    case runProgram(ProgramObjection)
    case measureSwitch, measureLoad, startThreads
    /// Process groups and limits, which bound what a child may do.
    case confineChildren
  }

  /// The call, as its manual page is named: `open`, `fork`.
  public var call: String
  /// What it was called on, or an empty string.
  public var subject: String
  /// An errno.
  public var code: Int32
  package var purpose: Purpose?

  public init(_ call: String, _ subject: String = "", code: Int32) {
    self.call = call
    self.subject = subject
    self.code = code
  }

  package init(_ call: String, _ subject: String = "", code: Int32, for purpose: Purpose?) {
    self.init(call, subject, code: code)
    self.purpose = purpose
  }
}

/// Why a program is not run under the laboratory's eyes.
package enum ProgramObjection: Sendable, Equatable, Codable {
  /// Only 64-bit programs can be told of.
  case is32Bit
  /// Under trace the kernel would run it without these.
  case rights(ProgramRights)
  /// It may be executed but not read: the kernel lets only root look at its memory.
  case unreadable
}

/// What a program's file gives to the process that executes it.
package enum ProgramRights: Sendable, Equatable, Codable {
  /// set-user-ID.
  case user(UInt32)
  /// set-group-ID.
  case group(UInt32)
  /// File capabilities (capabilities(7)), a bit each.
  case capabilities(UInt64)
}
