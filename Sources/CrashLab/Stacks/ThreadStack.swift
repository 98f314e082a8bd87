internal import CHarness
internal import CrashLabModel
internal import Glibc

/// A thread's stack, looked at before the thread has executed anything.
struct ThreadStack {
  /// The lowest byte that it may use.
  let low: Address
  /// Where the thread begins; above it lie thread-local storage and control block.
  let start: Address
  let top: Address
  let guardSize: Int
  /// Whether `low` is where the stack ends, and not only where its memory does.
  let isLimitKnown: Bool
  /// Whether nothing below `start` can be anybody else's.
  let isOwnAlone: Bool
  /// Its ends are not at the ends of pages: the C library does not tell the kernel of the upper one.
  let isUneven: Bool
  /// Whether the thread's own block lies at its top.
  let hasBlock: Bool
  /// The lowest page that somebody had touched before, below that in which the thread begins.
  let floor: Address?
  var entry: Address?
  /// From here to `start` it was filled.
  var filledFrom: Address?
  var peak: StackPeak?
  var deepest: SampledTrace?

  /// What fills a stack: no zero, no text, no pointer.
  static let pattern: UInt8 = 0xa5

  /// Nil if there is no memory where it begins.
  init?(_ told: clab_new_thread, in pages: borrowing TargetPages) {
    guard told.stack_pointer > 0,
      let mapping = pages.mapping(at: Address(told.stack_pointer - 1)),
      mapping.permissions.contains(.write)
    else { return nil }
    start = Address(told.stack_pointer)
    let block = Address(told.thread_pointer)
    let isClaimed =
      told.stack_low > 0 && told.stack_low < told.stack_pointer
      && told.stack_low.addingReportingOverflow(told.stack_size).partialValue >= told.stack_pointer
    hasBlock = start <= block && mapping.contains(block)
    isUneven = isClaimed && told.stack_low % UInt64(pages.pageSize) != 0
    // Above the block's beginning lies the rest of it.
    let highest = isUneven ? Address(block.value &+ ThreadStack.largestBlock) : block
    top =
      hasBlock
      ? min(pages.pageEnd(highest), mapping.high)
      : isClaimed
        ? max(start, Address(told.stack_low &+ told.stack_size)) : mapping.high
    // The kernel is told the memory with the guard in it (glibc), or nothing (musl).
    let outer = isClaimed ? Address(told.stack_low) : mapping.low
    if isClaimed, outer < mapping.low {
      low = mapping.low
      let below = pages.mapping(at: Address(mapping.low.value - 1))
      let isGuard = below?.permissions.isDisjoint(with: [.read, .write]) == true
      guardSize = isGuard ? Int(clamping: mapping.low.value - outer.value) : 0
    } else {
      low = pages.endOfHiddenGuard(outer..<start)
      let hidden = Int(clamping: low.value - outer.value)
      let below =
        hidden == 0 && low.value > 0
        ? pages.mapping(at: Address(low.value - 1)) : nil
      let isGuard = below?.permissions.isDisjoint(with: [.read, .write]) == true
      guardSize = isGuard ? Int(clamping: low.value - (below?.low.value ?? low.value)) : hidden
    }
    // Memory between a guard and a block at its top was made for this one: what else somebody made a
    // stack in may be half full of data. On aarch64 the block is not known.
    let fillsMapping = hasBlock ? top == mapping.high : told.thread_pointer == 0
    isLimitKnown = isClaimed || guardSize > 0 && fillsMapping
    let own = Address(start.value / UInt64(pages.pageSize) &* UInt64(pages.pageSize))
    floor = low < own ? pages.lowestTouched(in: low..<own)?.page : nil
    isOwnAlone = isClaimed || isLimitKnown && floor == nil
  }

  /// More than glibc's `struct pthread` has (2.36: 2,304 bytes).
  private static let largestBlock: UInt64 = 2560

  /// Bytes; nil if they are not known.
  var threadLocalStorage: Int? {
    hasBlock ? Int(clamping: top.value - start.value) : nil
  }

  /// Bytes; nil if its limit is not known.
  var size: Int? { isLimitKnown ? Int(clamping: top.value - low.value) : nil }

  /// What it has used until now. Its thread may go on.
  func used(in pages: borrowing TargetPages, by thread: Int32) -> StackPeak? {
    func depth(_ address: Address) -> Int { Int(clamping: top.value - address.value) }
    if let filledFrom {
      var place: UInt64 = 0
      let error = clab_lowest_changed(
        thread, filledFrom.value, start.value, ThreadStack.pattern, &place)
      if error != 0 { return nil }
      return StackPeak(bytes: depth(Address(place)), bound: isUneven ? .page : .exact)
    }
    guard let touched = pages.lowestTouched(in: low..<top) else { return nil }
    // What an earlier thread has left there may be all that there is.
    let isOld = floor.map { $0 <= touched.page } ?? false
    return StackPeak(
      bytes: depth(touched.page), bound: isOld || touched.isHuge ? .atMost : .page)
  }

  func ended(named name: String) -> UsedStack {
    var used = UsedStack(
      kind: .thread, name: name, entry: entry, size: size, guard: isLimitKnown ? guardSize : nil,
      threadLocalStorage: threadLocalStorage, peak: peak)
    used.deepest = deepest
    return used
  }
}
