import Testing

@testable import CrashLab
@testable import CrashLabBench

/// A session keeps to its time by measuring less. Counts only: no test asserts a time.
@Suite struct MeasurementSessionTests {
  private func rounds(_ session: MeasurementSession, milliseconds: Double = 1) -> [Int] {
    var counts = [0, 0, 0]
    session.interleave(arms: 3, rounds: 50, milliseconds: milliseconds) { counts[$0] += 1 }
    return counts
  }

  @Test func withoutALimitEverythingIsMeasured() throws {
    let session = try MeasurementSession()
    session.allot(1, of: 1)
    #expect(rounds(session) == [50, 50, 50])
  }

  @Test func whatIsPastItsTimeGetsOneRound() throws {
    let session = try MeasurementSession(seconds: 0)
    session.allot(1, of: 1)
    #expect(rounds(session) == [1, 1, 1])
    #expect(!session.hasTime(for: 1))
  }

  @Test func aRoundThatWouldNotEndInTimeIsNotBegun() throws {
    let session = try MeasurementSession(seconds: 3600)
    session.allot(1, of: 1)
    #expect(rounds(session, milliseconds: 3600 * 1000) == [1, 1, 1])
  }

  @Test func partsShareTheTime() throws {
    let session = try MeasurementSession(seconds: 3600)
    session.allot(1, of: 4)
    #expect(session.hasTime(for: 800 * 1000) && !session.hasTime(for: 1000 * 1000))
    session.allot(3, of: 3)
    #expect(session.hasTime(for: 3000 * 1000) && !session.hasTime(for: 3601 * 1000))
  }
}
