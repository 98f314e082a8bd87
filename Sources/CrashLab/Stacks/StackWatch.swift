internal import CHarness
internal import CrashLabModel
internal import Glibc

/// The stacks of one process under trace, from its start to its end.
final class StackWatch {
  let process: pid_t
  private let options: StackOptions
  private var isExact: Bool { options.isExact }
  let pages: TargetPages
  private var entries: EntryFunctions
  /// Of the threads that live.
  var threads: [Int32: ThreadStack] = [:]
  /// What the makers of threads were doing that have not stopped yet.
  private var making: [Int32: clab_new_thread] = [:]
  private var breakpoints = StackBreakpoints()
  private var hasLooked = false
  var others: OtherStacks
  /// The main stack: from where it was filled, where the program began, and its top.
  let main: (filledFrom: Address?, start: Address, top: Address)?
  /// What of the main stack was seen to be its.
  private var lowestOfMain: Address
  /// Bytes that stacks may be filled with.
  private var budget: Int
  private(set) var tally = StackTally()
  private(set) var notes: Set<StacksNote> = []
  /// Whether its last stacks were looked at.
  var isOver = false
  var sampling: StackSampling?
  var deepestOfMain: SampledTrace?
  /// For the names of the deepest samples.
  var places: (mappings: [Mapping], files: MappedFiles)?
  private(set) var limit = StackSizeSource.ResourceLimit.unknown

  /// - Parameter process: stands before the first instruction of a program.
  init(_ process: pid_t, _ options: StackOptions, pageSize: Int) throws(SystemError) {
    self.process = process
    self.options = options
    let isExact = options.isExact
    others = OtherStacks(of: process)
    if options.samplesPerSecond != nil { sampling = StackSampling(of: process) }
    pages = try TargetPages(of: process, pageSize: pageSize)
    entries = EntryFunctions(of: process)
    let pagesFree = sysconf(Int32(_SC_AVPHYS_PAGES))
    budget = isExact ? max(0, pagesFree) / 4 * pageSize : 0
    var told = clab_new_thread()
    if clab_look_at_new_thread(process, &told) == 0,
      let mapping = pages.mapping(at: Address(told.stack_pointer))
    {
      let start = Address(told.stack_pointer)
      let isFilled =
        isExact
        && clab_fill_memory(process, mapping.low.value, start.value, ThreadStack.pattern) == 0
      main = (isFilled ? mapping.low : nil, start, mapping.high)
      lowestOfMain = mapping.low
    } else {
      main = nil
      lowestOfMain = Address(0)
    }
    // The C library is there when the loader goes on to the program.
    if options.followsCoroutines, let start = startOfProgram() {
      breakpoints.set(start, for: .start)
      if !breakpoints.put(into: process) { giveUpBreakpoints() }
    }
  }

  /// AT_ENTRY of the auxiliary vector (getauxval(3)).
  private func startOfProgram() -> UInt64? {
    let bytes = readSmallBytes("/proc/\(process)/auxv") ?? []
    return bytes.withUnsafeBytes { bytes in
      for at in stride(from: 0, to: bytes.count - 15, by: 16)
      where bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self) == UInt64(AT_ENTRY) {
        return bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)
      }
      return nil
    }
  }

  /// A thread has made another, and stands in the call.
  func isMaking(_ thread: Int32, by maker: Int32) {
    guard threads[thread] == nil, making.count < 1 << 16 else { return }
    var told = clab_new_thread()
    if clab_look_at_new_thread(maker, &told) == 0 { making[thread] = told }
  }

  /// A thread stands before its first instruction.
  func begins(_ thread: Int32) {
    guard threads[thread] == nil else { return }
    let maker = making.removeValue(forKey: thread)
    var told = clab_new_thread()
    guard clab_look_at_new_thread(thread, &told) == 0 else { return }
    if let maker { (told.stack_low, told.stack_size) = (maker.stack_low, maker.stack_size) }
    guard var stack = ThreadStack(told, in: pages) else { return }
    stack.entry = entries.entry(of: thread, told)
    let room = Int(clamping: stack.start.value - stack.low.value)
    if isExact {
      if stack.isOwnAlone, room <= budget,
        clab_fill_memory(thread, stack.low.value, stack.start.value, ThreadStack.pattern) == 0
      {
        stack.filledFrom = stack.low
        budget -= room
      } else {
        notes.insert(.notAllFilled)
      }
    }
    threads[thread] = stack
    others.isThreads(stack.low)
    setBreakpoints(in: thread)
  }

  private func setBreakpoints(in thread: Int32) {
    if !hasLooked {
      hasLooked = true
      let found = entries.libraryFunctions(thread: thread)
      breakpoints = StackBreakpoints()
      if let madvise = found.madvise {
        breakpoints.set(madvise, for: .givingPagesBack)
      } else if found.givesPagesBack {
        notes.insert(.noMadvise)
      }
      if options.followsCoroutines, let munmap = found.munmap, let mapped = found.mapped {
        breakpoints.set(munmap, for: .unmapping)
        breakpoints.set(mapped, for: .mapped)
      }
    }
    if !breakpoints.isEmpty, !breakpoints.put(into: thread) { giveUpBreakpoints() }
  }

  private func giveUpBreakpoints() {
    notes.insert(.noBreakpoint)
    breakpoints = StackBreakpoints()
    hasLooked = true
  }

  /// A thread stands at SIGTRAP: true if that was ours, and the program must not get it.
  func isAtBreakpoint(_ thread: Int32) -> Bool {
    guard let stop = breakpoints.stop(of: thread) else { return false }
    func range(_ low: UInt64, _ size: UInt64) -> Range<Address> {
      let end =
        (low.addingReportingOverflow(size).partialValue &+ UInt64(pages.pageSize - 1))
        / UInt64(pages.pageSize) &* UInt64(pages.pageSize)
      return Address(low)..<Address(max(low, end))
    }
    switch stop.place {
    case .start:
      setBreakpoints(in: thread)
    case .givingPagesBack:
      let given = range(stop.arguments[0], stop.arguments[1])
      if var stack = threads[thread], stop.arguments[2] == UInt64(MADV_DONTNEED),
        given.overlaps(stack.low..<stack.start)
      {
        let peak = stack.used(in: pages, by: thread)
        if let peak { stack.peak = stack.peak?.larger(peak) ?? peak }
        threads[thread] = stack
      }
    case .unmapping:
      stands(thread, at: stop.stackPointer)
      let found = others.unmaps(
        range(stop.arguments[0], stop.arguments[1]), in: pages, entries: &entries, by: thread)
      for other in found { tally.add(other.stack) }
    case .mapped:
      stands(thread, at: stop.stackPointer)
      // An error is a number above all addresses.
      guard stop.result < UInt64(bitPattern: -4095) else { break }
      let flags = UInt64(MAP_PRIVATE | MAP_ANONYMOUS)
      others.maps(
        range(stop.result, stop.arguments[1]), isMemory: stop.arguments[3] & flags == flags)
    }
    return true
  }

  /// Where a thread's stack pointer was seen.
  func stands(_ thread: Int32, at pointer: Address) {
    let isOwn: Bool
    if thread == process {
      guard let main else { return }
      if pointer < main.top, pointer < lowestOfMain, let mapping = pages.mapping(at: pointer),
        mapping.high == main.top
      {
        lowestOfMain = mapping.low
      }
      isOwn = lowestOfMain <= pointer && pointer < main.top
    } else {
      isOwn = threads[thread].map { $0.low <= pointer && pointer < $0.top } ?? true
    }
    if !isOwn { others.stands(at: pointer) }
  }

  /// A thread is about to end.
  func ends(_ thread: Int32) {
    guard thread != process, var stack = threads.removeValue(forKey: thread) else { return }
    if let filled = stack.filledFrom {
      budget += Int(clamping: stack.start.value - filled.value)
    }
    look(at: &stack, of: thread)
    tally.add(stack.ended(named: name(of: thread)))
  }

  private func look(at stack: inout ThreadStack, of thread: Int32) {
    if stack.peak != nil { return }
    stack.peak = stack.used(in: pages, by: thread)
    // Without the breakpoint the C library has given the deeper pages back by now.
    if !notes.isDisjoint(with: [.noBreakpoint, .noMadvise]) { stack.peak?.bound = .atLeast }
  }

  /// The whole process is about to end, and still has its memory.
  func isLeaving(by thread: Int32) {
    if isOver { return }
    isOver = true
    limit = StackSizeSource.ResourceLimit(of: process)
    for (id, stack) in threads {
      var stack = stack
      // A thread that has not ended has given nothing back.
      if stack.peak == nil { stack.peak = stack.used(in: pages, by: thread) }
      tally.add(stack.ended(named: name(of: id)))
    }
    threads = [:]
    addMain(by: thread)
    addOthers(by: thread)
    let counters = tally.groups.values.flatMap {
      $0.deepest?.trace.codeAddresses.map(\.programCounter) ?? []
    }
    if !counters.isEmpty {
      let mappings = pages.mappings()
      places = (mappings, MappedFiles(holding: Array(Set(counters)), in: mappings, of: thread))
    }
  }

  private func addOthers(by thread: Int32) {
    let isFollowed = breakpoints.isFollowing
    let found = others.all(isFollowed: isFollowed, in: pages, entries: &entries, by: thread)
    for other in found { tally.add(other.stack) }
    if !found.isEmpty, !isFollowed { notes.insert(.coroutinesAtEnd) }
    if others.hasStoodElsewhere { notes.insert(.stoodElsewhere) }
  }

  private func addMain(by thread: Int32) {
    guard let main, let mapping = pages.mapping(at: Address(main.top.value - 1)),
      let touched = pages.lowestTouched(in: mapping.low..<main.top)
    else { return }
    let size: Int? =
      if case .soft(let bytes) = limit { Int(clamping: bytes) } else { nil }
    var peak = StackPeak(
      bytes: Int(clamping: main.top.value - touched.page.value), bound: .page)
    if let filled = main.filledFrom, mapping.low >= filled {
      var place: UInt64 = 0
      let error = clab_lowest_changed(
        thread, filled.value, main.start.value, ThreadStack.pattern, &place)
      if error == 0, place > filled.value {
        peak = StackPeak(bytes: Int(clamping: main.top.value - place), bound: .exact)
      }
    }
    var used = UsedStack(
      kind: .main, name: name(of: process), entry: nil, size: size, guard: nil,
      threadLocalStorage: nil, peak: peak)
    used.deepest = deepestOfMain
    tally.add(used)
  }

  /// The process has ended.
  func ended() {
    if isOver { return }
    notes.insert(.endNotSeen)
    for (_, stack) in threads { tally.add(stack.ended(named: "")) }
    threads = [:]
  }

  private func name(of thread: Int32) -> String {
    let text = readSmallFile("/proc/\(process)/task/\(thread)/comm") ?? ""
    return String(text.prefix { $0 != "\n" })
  }

  /// The images that tell who has set sizes.
  var images: [String] { Set(pages.mappings().map(\.path)).filter { $0.hasPrefix("/") } }

  func names(with symbolicator: Symbolicator) -> [Address: CodeName] {
    entries.names(with: symbolicator)
  }
}
