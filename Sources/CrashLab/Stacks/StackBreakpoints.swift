internal import CHarness
internal import CrashLabModel
internal import Glibc

/// Where the threads of a program are stopped: in functions of the C library that give memory back,
/// or take it.
struct StackBreakpoints {
  enum Place: Int {
    /// `madvise`, where glibc gives the pages of a thread's stack back.
    case givingPagesBack
    case unmapping
    /// Behind the system call of `mmap`.
    case mapped
    /// The program's first instruction.
    case start
  }

  /// A stop there.
  struct Stop {
    var place: Place
    var stackPointer: Address
    var arguments: [UInt64]
    var result: UInt64
  }

  private typealias Places = (UInt64, UInt64, UInt64, UInt64)
  private var places: Places = (0, 0, 0, 0)
  /// Whether `unmapping` and `mapped` are known.
  var isFollowing: Bool { places.1 != 0 && places.2 != 0 }

  var isEmpty: Bool { places == (0, 0, 0, 0) }

  mutating func set(_ address: UInt64, for place: Place) {
    switch place {
    case .givingPagesBack: places.0 = address
    case .unmapping: places.1 = address
    case .mapped: places.2 = address
    case .start: places.3 = address
    }
  }

  /// False if the machine has none to give.
  func put(into thread: Int32) -> Bool {
    withUnsafeBytes(of: places) {
      clab_set_breakpoints(thread, $0.baseAddress?.assumingMemoryBound(to: UInt64.self)) == 0
    }
  }

  /// Nil if a thread stands at a SIGTRAP that is not ours.
  func stop(of thread: Int32) -> Stop? {
    if isEmpty { return nil }
    var at = clab_at_breakpoint()
    let isOurs = withUnsafeBytes(of: places) {
      clab_is_at_breakpoint(
        thread, $0.baseAddress?.assumingMemoryBound(to: UInt64.self), &at)
    }
    guard isOurs, let place = Place(rawValue: Int(at.number)) else { return nil }
    let arguments = at.arguments
    return Stop(
      place: place, stackPointer: Address(at.stack_pointer),
      arguments: [arguments.0, arguments.1, arguments.2, arguments.3], result: at.result)
  }
}
