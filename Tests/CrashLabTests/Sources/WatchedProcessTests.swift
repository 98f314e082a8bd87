import CHarness
import Glibc
import Testing

@testable import CrashLab

/// What is told of a process that was watched until its end.
@Suite struct WatchedProcessTests {
  /// This process, as if it were about to die of a fault.
  private static func faults(
    after termination: Termination
  ) throws -> [Fault] {
    let machine = Machine.this
    var watched = WatchedProcess(getpid(), command: ["x"], machine: machine)
    let thread = getpid()
    var evidence = FaultJournalTests.evidence(thread: thread)
    evidence.process = getpid()
    let pending = PendingSignal(evidence, registers: clab_registers())
    watched.die { machine throws(SystemError) in
      [try ObservedFault(pending, handler: HandlerFacts(isCaught: false), machine: machine)]
    }
    let (result, _) = watched.result(
      termination, nothingIsLeft: true, names: Symbolicator(keepsProcess: false))
    try #require(result.instrumentErrors.isEmpty, "\(result.instrumentErrors)")
    return result.faults
  }

  @Test func theFaultIsTheCause() throws {
    #expect(try Self.faults(after: .killed(by: .segv)).map(\.signal) == [.segv])
    #expect(try Self.faults(after: .exited(1)).map(\.signal) == [.segv])
  }

  /// Somebody has killed it before the fault could.
  @Test func anotherSignalFromElsewhereIsTheCause() throws {
    #expect(try Self.faults(after: .killed(by: .kill)).isEmpty)
    #expect(try Self.faults(after: .killed(by: .term)).isEmpty)
  }
}
