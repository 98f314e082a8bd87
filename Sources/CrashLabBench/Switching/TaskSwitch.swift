internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel
internal import Glibc

/// What Swift's concurrency switches between. Measured in a forked child, which may have threads:
/// the laboratory may not.
enum TaskSwitch: Int32, Sendable {
  /// Two Tasks that resume each other's continuation in turn.
  case continuation
  /// A Task that calls an actor, and from there another.
  case actorHop

  func measure(
    _ placement: UnsafePointer<clab_placement>, _ operations: UInt64,
    _ sample: UnsafeMutablePointer<clab_sample>
  ) -> Int32 {
    var order = Order(kind: self, operations: operations)
    return clab_measure_body(
      { sample, argument in
        guard let sample, let order = argument?.assumingMemoryBound(to: Order.self).pointee else {
          return EINVAL
        }
        order.run(into: sample)
        return 0
      }, &order, placement, sample)
  }

  private struct Order {
    var kind: TaskSwitch
    var operations: UInt64

    /// In the child.
    func run(into sample: UnsafeMutablePointer<clab_sample>) {
      let rounds = Int(operations / 2)
      let watch = StopWatch()
      let finished = Latch()
      switch kind {
      case .continuation:
        let table = Table()
        for _ in 0..<2 {
          Task { await table.play(rounds, watch: watch, finished: finished) }
        }
      case .actorHop:
        Task {
          await Near().visit(Far(), times: rounds / 10)
          watch.start()
          await Near().visit(Far(), times: rounds)
          watch.stop()
          finished.open()
        }
      }
      finished.wait()
      watch.write(operations: UInt64(rounds * 2), into: sample)
    }
  }
}

/// Where two Tasks take turns: whoever plays leaves its continuation and resumes the other's.
/// Exactly one runs at any time, so what they share needs no lock.
private final class Table: @unchecked Sendable {
  private var waiting: UnsafeContinuation<Void, Never>?
  private var isOver = false
  private let seats = Seats()

  /// The first to come waits for the second, and does not count.
  func play(_ rounds: Int, watch: StopWatch, finished: Latch) async {
    if await seats.take() == 0 {
      await withUnsafeContinuation {
        waiting = $0
        seats.firstIsSeated()
      }
      while !isOver { await handOver() }
      return
    }
    await seats.waitForFirst()
    for _ in 0..<(rounds / 10) { await handOver() }
    watch.start()
    for _ in 0..<rounds { await handOver() }
    watch.stop()
    isOver = true
    finished.open()
  }

  private func handOver() async {
    await withUnsafeContinuation { mine in
      let other = waiting
      waiting = mine
      other?.resume()
    }
  }
}

private final class Seats: @unchecked Sendable {
  private let count = Counter()
  private let seated = Latch()

  func take() async -> Int { await count.next() }
  func firstIsSeated() { seated.open() }
  func waitForFirst() async {
    while !seated.isOpen { await Task.yield() }
  }

  private actor Counter {
    private var count = 0
    func next() -> Int {
      defer { count += 1 }
      return count
    }
  }
}

private actor Near {
  /// Each visit is two hops: there and back.
  func visit(_ far: Far, times: Int) async {
    for _ in 0..<times { await far.touch() }
  }
}

private actor Far {
  private var touched = 0
  func touch() { touched &+= 1 }
}
