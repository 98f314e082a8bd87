internal import CHarness
internal import CrashLabModel
internal import Glibc

/// Memory that was used as a stack and is no thread's: a coroutine's, mostly.
///
/// It is found in what the program has mapped, shortly before that is given back and at the
/// program's end. Memory counts if a guard lies below it and a return address at its top, or if a
/// thread was seen standing on it.
struct OtherStacks {
  private let process: pid_t
  /// What was mapped before our eyes, in ascending order; no two overlap.
  private var made: [Piece] = []
  /// The lowest addresses of threads' stacks, in ascending order.
  private var lowOfThreads: [Address] = []
  /// Code of files, as it was when somebody last looked.
  private var code: [Mapping] = []
  private var misses = 0
  /// Whether a thread was seen on a stack whose limits are not known.
  private(set) var hasStoodElsewhere = false

  private struct Piece {
    var range: Range<Address>
    var isStoodOn = false
    /// The deepest that was seen on each mapping of it, by the mapping's beginning.
    var samples: [Address: SampledTrace] = [:]
  }

  /// One that was found.
  struct Found {
    var low: Address
    var stack: UsedStack
  }

  private static let mostPieces = 1 << 16
  private static let mostStacks = 1 << 17
  /// From the top of a stack down: where the first return address is looked for.
  private static let reach = 8192
  private static let mostReturns = 6

  init(of process: pid_t) { self.process = process }

  /// A thread's stack begins there, until the memory is given back.
  mutating func isThreads(_ low: Address) {
    let index = firstLow(from: low)
    if index < lowOfThreads.count, lowOfThreads[index] == low { return }
    if lowOfThreads.count < OtherStacks.mostStacks { lowOfThreads.insert(low, at: index) }
  }

  private func firstLow(from address: Address) -> Int {
    var low = 0
    var high = lowOfThreads.count
    while low < high {
      let middle = (low + high) / 2
      if lowOfThreads[middle] < address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: - What the program does

  /// mmap(2) has returned.
  ///
  /// - Parameter isMemory: private, and of no file.
  mutating func maps(_ range: Range<Address>, isMemory: Bool) {
    forget(range)
    guard isMemory, made.count < OtherStacks.mostPieces else { return }
    made.insert(Piece(range: range), at: firstIndex(endingAbove: range.lowerBound))
  }

  /// munmap(2) is about to be called.
  mutating func unmaps(
    _ range: Range<Address>, in pages: borrowing TargetPages, entries: inout EntryFunctions,
    by thread: Int32
  ) -> [Found] {
    var found: [Found] = []
    var index = firstIndex(endingAbove: range.lowerBound)
    while index < made.count, made[index].range.lowerBound < range.upperBound {
      let piece = made[index]
      look(
        at: piece.range.clamped(to: range), isStoodOn: piece.isStoodOn, isWhole: true,
        in: pages, entries: &entries, by: thread, into: &found)
      index += 1
    }
    forget(range)
    return found
  }

  /// A thread stands here, which is not on its own stack.
  mutating func stands(at pointer: Address) {
    let index = firstIndex(endingAbove: pointer)
    if index < made.count, made[index].range.contains(pointer) {
      made[index].isStoodOn = true
    } else {
      hasStoodElsewhere = true
    }
  }

  private static let mostSamples = 1024

  /// Notes where a thread stands that is not on its own stack, if that is deeper than before.
  mutating func samples(
    _ pointer: Address, in pages: borrowing TargetPages, _ trace: () -> Trace?
  ) {
    let index = firstIndex(endingAbove: pointer)
    guard index < made.count, made[index].range.contains(pointer),
      made[index].samples.count < OtherStacks.mostSamples,
      let low = pages.mapping(at: pointer)?.low,
      pointer < (made[index].samples[low]?.stackPointer ?? Address(UInt64.max)),
      let trace = trace()
    else { return }
    made[index].samples[low] = SampledTrace(stackPointer: pointer, depth: 0, trace: trace)
  }

  /// Puts the deepest sample to a stack.
  private func addSample(to stack: inout UsedStack, on range: Range<Address>) {
    let index = firstIndex(endingAbove: range.lowerBound)
    guard index < made.count else { return }
    let samples = made[index].samples.values.filter { range.contains($0.stackPointer) }
    guard var deepest = samples.min(by: { $0.stackPointer < $1.stackPointer }) else { return }
    deepest.depth = Int(clamping: range.upperBound.value - deepest.stackPointer.value)
    stack.deepest = deepest
  }

  /// Forgets what lies in a range that is mapped anew or not any more.
  private mutating func forget(_ range: Range<Address>) {
    lowOfThreads.removeSubrange(
      firstLow(from: range.lowerBound)..<firstLow(from: range.upperBound))
    let first = firstIndex(endingAbove: range.lowerBound)
    var end = first
    while end < made.count, made[end].range.lowerBound < range.upperBound { end += 1 }
    guard first < end else { return }
    var rest: [Piece] = []
    for piece in made[first..<end] {
      for part in [
        (piece.range.lowerBound, min(piece.range.upperBound, range.lowerBound)),
        (max(piece.range.lowerBound, range.upperBound), piece.range.upperBound),
      ] where part.0 < part.1 {
        var left = piece
        left.range = part.0..<part.1
        rest.append(left)
      }
    }
    made.replaceSubrange(first..<end, with: rest)
  }

  private func firstIndex(endingAbove address: Address) -> Int {
    var low = 0
    var high = made.count
    while low < high {
      let middle = (low + high) / 2
      if made[middle].range.upperBound <= address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: - What is mapped now

  /// Those that there are.
  ///
  /// - Parameter isFollowed: what was mapped is known; else the memory above a guard is taken for one
  ///   stack up to the next border, which may be too much.
  mutating func all(
    isFollowed: Bool, in pages: borrowing TargetPages, entries: inout EntryFunctions,
    by thread: Int32
  ) -> [Found] {
    var found: [Found] = []
    let mappings = pages.mappings()
    code = mappings.filter(\.isCodeOfFile)
    if isFollowed {
      for piece in made {
        look(
          at: piece.range, isStoodOn: piece.isStoodOn, isWhole: true, in: pages,
          entries: &entries, by: thread, into: &found)
      }
      return found
    }
    for (index, mapping) in mappings.enumerated() where mapping.mayBeStack {
      let below = index > 0 && mappings[index - 1].high == mapping.low ? mappings[index - 1] : nil
      look(
        at: mapping.low..<mapping.high, above: below, isStoodOn: false, isWhole: false,
        in: pages, entries: &entries, by: thread, into: &found)
    }
    return found
  }

  /// Memory that may have several mappings.
  private mutating func look(
    at range: Range<Address>, isStoodOn: Bool, isWhole: Bool, in pages: borrowing TargetPages,
    entries: inout EntryFunctions, by thread: Int32, into found: inout [Found]
  ) {
    var at = range.lowerBound
    var below: Mapping?
    if at.value > 0 { below = pages.mapping(at: Address(at.value - 1)) }
    while at < range.upperBound, let mapping = pages.mapping(at: at) {
      let end = min(mapping.high, range.upperBound)
      if mapping.mayBeStack {
        look(
          at: at..<end, above: below, isStoodOn: isStoodOn, isWhole: isWhole, in: pages,
          entries: &entries, by: thread, into: &found)
      }
      below = mapping
      below?.low = max(mapping.low, range.lowerBound)
      at = end
    }
  }

  /// Memory of one mapping, in which there may be guards that the page tables alone know of.
  private mutating func look(
    at range: Range<Address>, above below: Mapping?, isStoodOn: Bool, isWhole: Bool,
    in pages: borrowing TargetPages, entries: inout EntryFunctions, by thread: Int32,
    into found: inout [Found]
  ) {
    var low = range.lowerBound
    var guardSize = 0
    if let below, below.isGuard { guardSize = Int(clamping: low.value - below.low.value) }
    while low < range.upperBound, found.count < OtherStacks.mostStacks {
      let hidden = pages.nextHiddenGuard(in: low..<range.upperBound)
      let top = hidden?.lowerBound ?? range.upperBound
      if low < top, guardSize > 0 || isStoodOn {
        let stack = stack(
          low..<top, guardSize: guardSize, isStoodOn: isStoodOn, isWhole: isWhole, in: pages,
          entries: &entries, by: thread)
        if let stack { found.append(Found(low: low, stack: stack)) }
      }
      guard let hidden else { return }
      low = hidden.upperBound
      guardSize = Int(clamping: hidden.upperBound.value - hidden.lowerBound.value)
    }
  }

  private mutating func stack(
    _ range: Range<Address>, guardSize: Int, isStoodOn: Bool, isWhole: Bool,
    in pages: borrowing TargetPages, entries: inout EntryFunctions, by thread: Int32
  ) -> UsedStack? {
    let known = firstLow(from: range.lowerBound)
    if known < lowOfThreads.count, lowOfThreads[known] == range.lowerBound { return nil }
    guard let touched = pages.lowestTouched(in: range) else { return nil }
    let memory = TargetMemory(of: thread, mappings: [])
    let size = min(
      OtherStacks.reach, Int(clamping: range.upperBound.value - range.lowerBound.value))
    let low = range.upperBound.value - UInt64(size)
    let words = [UInt64](unsafeUninitializedCapacity: size / 8) { buffer, filled in
      filled = memory.read(low, UnsafeMutableRawBufferPointer(buffer)) / 8
    }
    if words.hasControlBlock(at: low, pageSize: pages.pageSize) { return nil }
    let calls = highestReturns(in: words, of: thread, pages)
    guard !calls.isEmpty || isStoodOn else { return nil }
    for call in calls { entries.noteReturn(call, in: code, of: thread) }
    var stack = UsedStack(
      kind: .coroutine, name: "", entry: calls.first, calls: Array(calls.dropFirst()),
      size: range.count, guard: guardSize, threadLocalStorage: nil,
      peak: StackPeak(
        bytes: Int(clamping: range.upperBound.value - touched.page.value),
        bound: isWhole && !touched.isHuge ? .page : .atMost))
    if isWhole { addSample(to: &stack, on: range) }
    return stack
  }

  /// The first return addresses from the top down.
  private mutating func highestReturns(
    in words: [UInt64], of thread: Int32, _ pages: borrowing TargetPages
  ) -> [Address] {
    var found: [Address] = []
    for attempt in 0..<2 where found.isEmpty {
      if attempt == 1 {
        // Code may have been loaded since; or there is none.
        misses += 1
        guard code.isEmpty || misses < 8 || misses.isMultiple(of: 256) else { return [] }
        code = pages.mappings().filter(\.isCodeOfFile)
      }
      for word in words.reversed()
      where code.holding(Address(word)) != nil && clab_call_ends_before(thread, word) {
        found.append(Address(word))
        if found.count == OtherStacks.mostReturns { break }
      }
    }
    return found
  }
}

extension Mapping {
  fileprivate var isCodeOfFile: Bool { permissions.contains(.execute) && path.hasPrefix("/") }

  fileprivate var mayBeStack: Bool {
    path.isEmpty && permissions.contains(.write) && !permissions.contains(.execute)
      && !permissions.contains(.shared)
  }

  fileprivate var isGuard: Bool { path.isEmpty && !permissions.contains(.write) }
}

extension Range<Address> {
  fileprivate var count: Int { Int(clamping: upperBound.value - lowerBound.value) }
}

extension [UInt64] {
  /// Whether the C library's block of a thread lies in the last page: then it is the thread's stack,
  /// which the library keeps for the next one.
  fileprivate func hasControlBlock(at low: UInt64, pageSize: Int) -> Bool {
    guard count > 2 else { return false }
    return (Swift.max(0, count - pageSize / 8)..<(count - 2)).contains { index in
      let address = low + UInt64(index) * 8
      return self[index] == address && self[index + 2] == address && address.isMultiple(of: 16)
    }
  }
}
