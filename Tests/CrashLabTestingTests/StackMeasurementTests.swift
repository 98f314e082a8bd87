import CrashLabTesting
import Glibc
import Testing

@testable import CrashLab

/// Takes stack by itself only: a generic call in a debug build would ask the runtime's tables.
@inline(never) private func use(_ level: Int) -> Int {
  level > 0 ? use(level - 1) &+ Child.opaque(level) : 0
}

/// How many signals have come.
private nonisolated(unsafe) let arrivals: UnsafeMutablePointer<Int> = {
  let counter = UnsafeMutablePointer<Int>.allocate(capacity: 1)
  counter.initialize(to: 0)
  return counter
}()

/// Stacks of closures, in this process.
@Suite struct StackMeasurementTests {
  @Test func emptyClosureUsesNothing() throws {
    #expect(try measureStack {} <= 64)
  }

  @Test func deeperIsMore() throws {
    // The first call of a library's function takes stack for the dynamic linker too.
    _ = use(1)
    let sizes = try [100, 200, 1000, 5000].map { level in try measureStack { _ = use(level) } }
    #expect(sizes == sizes.sorted() && sizes[0] > 100 * 16)
    // Every level takes the same, but for where the deepest one ends.
    let frame = Double(sizes[3] - sizes[2]) / 4000
    #expect(abs(Double(sizes[1] - sizes[0]) - 100 * frame) <= 64)
  }

  @Test func sameClosureUsesTheSame() throws {
    _ = use(1)
    let first = try measureStack { _ = use(500) }
    for _ in 0..<20 {
      let again = try measureStack { _ = use(500) }
      #expect(again == first)
    }
  }

  /// A handler's frame is some thousand bytes.
  @Test func signalsWait() throws {
    let arrival = __libc_current_sigrtmin() + 7
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in arrivals.pointee += 1 }
    try #require(sigaction(arrival, &action, nil) == 0)
    // Dispatch's threads have blocked it.
    var mask = sigset_t()
    var before = sigset_t()
    sigemptyset(&mask)
    sigaddset(&mask, arrival)
    pthread_sigmask(SIG_UNBLOCK, &mask, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    func send(_ signal: CInt) { _ = pthread_kill(pthread_self(), signal) }
    send(0)
    var during = 0
    let without = try measureStack { send(0) }
    let with = try measureStack {
      send(arrival)
      during = arrivals.pointee
    }
    #expect(during == 0 && arrivals.pointee == 1)
    #expect(with < without + 1024)
  }

  @Test func capturesAndThrows() throws {
    struct Problem: Error {}
    var result = 0
    try expectStack(atMost: 64 << 10) { result = use(10) }
    #expect(result != 0)
    #expect(throws: Problem.self) { try measureStack { throw Problem() } }
  }

  @Test func tooMuchIsAnIssue() throws {
    try withKnownIssue {
      try expectStack(atMost: 4096) { _ = use(500) }
    } matching: {
      $0.comments.contains { $0.rawValue.contains("more than the 4096 that it may") }
    }
  }

  @Test func aProgramsStacksAreBounded() throws {
    let report = try expectStack(atMost: 1 << 20, of: ["sh", "-c", "exit 0"])
    #expect(report.stacks.count == 1 && report.stacks.first?.exact == true)
    try withKnownIssue {
      try expectStack(atMost: 1024, of: ["sh", "-c", "exit 0"])
    } matching: {
      $0.comments.contains { $0.rawValue.hasPrefix("1 of its stacks are over 1024 bytes") }
    }
    try withKnownIssue {
      try expectStack(atMost: 1 << 20, of: ["sh", "-c", "exit 3"])
    } matching: {
      $0.comments.contains { $0.rawValue.contains("did not end with status 0") }
    }
  }

  @Test func smallestStackHoldsIt() throws {
    let size = try smallestStack(upTo: 1 << 20) { _ = use(2000) }
    let needed = try measureStack { _ = use(2000) }
    #expect(size > needed && size < needed + (64 << 10))
    #expect(size % 4096 == 0)
  }
}
