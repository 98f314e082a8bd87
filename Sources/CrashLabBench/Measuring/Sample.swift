internal import CHarness
internal import CHarnessBench
internal import CrashLab
internal import CrashLabModel

/// One sample of a measurement: so many operations, and what they took.
struct Sample: Sendable, Equatable {
  /// Nanoseconds an operation: of processor time where it is pinned to a core, so that whoever else
  /// runs on that core is not counted; else of the clock on the wall.
  var nanoseconds: Double
  /// Core cycles an operation.
  var cycles: Double
  /// Context switches an operation, as the kernel counted them.
  var switches: Double
  /// Loads of another page table an operation, and those that flushed the TLB, as the kernel counted
  /// them; 0 where they were not counted.
  var pageTableLoads = 0.0
  var flushes = 0.0
  /// The part of the time on the wall in which the core did something else.
  var disturbance = 0.0

  init(nanoseconds: Double, cycles: Double = 0, switches: Double = 0) {
    self.nanoseconds = nanoseconds
    self.cycles = cycles
    self.switches = switches
  }

  init(_ sample: clab_sample, isPinned: Bool) {
    let wall = Double(sample.elapsed) / Double(max(1, sample.operations))
    let processor = Double(sample.processor) / Double(max(1, sample.switch_operations))
    nanoseconds = isPinned ? processor : wall
    disturbance = wall > 0 && isPinned ? max(0, 1 - processor / wall) : 0
    cycles = nanoseconds * sample.cycles_per_nanosecond
    pageTableLoads = Double(sample.page_table_loads) / Double(max(1, sample.operations))
    flushes = Double(sample.flushes) / Double(max(1, sample.operations))
    switches =
      Double(sample.voluntary + sample.involuntary) / Double(max(1, sample.switch_operations))
  }

  /// Takes a sample in a child that is placed as said.
  ///
  /// - Parameter deadline: seconds.
  /// - Throws: SystemError, with ETIMEDOUT if it was not done by the deadline.
  static func take(
    _ what: String, in placement: Placement, deadline: Double = 10,
    _ measure: (UnsafePointer<clab_placement>, UnsafeMutablePointer<clab_sample>) -> Int32
  ) throws(SystemError) -> Sample {
    var sample = clab_sample()
    var description = placement.description(deadline: deadline)
    let code = measure(&description, &sample)
    guard code == 0 else {
      throw SystemError("measure", what, code: code, for: .measureSwitch)
    }
    return Sample(sample, isPinned: placement.core != nil)
  }
}
