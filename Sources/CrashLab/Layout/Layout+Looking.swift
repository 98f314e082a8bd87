import CHarness
package import CrashLabModel
internal import Glibc

extension Layout {
  /// Looks at a process without stopping it.
  ///
  /// - `pointers`: addresses in the stacks of threads, where they are known better than /proc knows.
  /// - `controlBlocks`: of threads, where they are known.
  /// - `claims`: stacks that the process said it has, where it is one of ours.
  /// - `leader`: its first thread, where `process` is another of its threads: the first may have
  ///   ended, and with it what /proc tells under its number.
  /// - Throws: SystemError if there is no such process, if it ends during the look
  ///   or if the kernel does not permit it.
  package static func look(
    at process: Int32, claims: [StackRegion.Claim] = [], pointers: [Int32: Address] = [:],
    controlBlocks: [Int32: Address] = [:], leader: Int32? = nil, machine: Machine
  ) throws(SystemError) -> Layout {
    let started = now()
    let directory: ProcessDirectory
    do { directory = try ProcessDirectory(process) } catch {
      throw .noLook(at: process, error.call, code: error.code)
    }
    guard let maps = readSmallBytes("maps", in: directory.descriptor) else {
      throw .noLook(at: process, "read maps of")
    }
    let mappings = Mapping.parse(maps: maps)
    // A process that has ended has no memory, and still a directory until its parent has waited. So
    // has one whose first thread has ended alone (pthread_exit): the others have it.
    guard !mappings.isEmpty else {
      let others = (try? directory.threadIdentifiers()) ?? []
      if leader == nil, let other = others.first(where: { $0 != process }) {
        return try look(
          at: other, claims: claims, pointers: pointers, controlBlocks: controlBlocks,
          leader: process, machine: machine)
      }
      throw .noLook(at: leader ?? process, "read maps of", code: ESRCH)
    }
    var threads = try directory.sights(process: process)
    for index in threads.indices {
      if let pointer = pointers[threads[index].id] { threads[index].stackPointer = pointer }
      threads[index].controlBlock = controlBlocks[threads[index].id]
    }
    guard !threads.isEmpty else { throw .noLook(at: process, "read the threads of", code: ESRCH) }

    var facts = FoundStack.Facts(
      mappings: mappings, threads: threads, scan: PageScan(), claims: claims,
      process: leader ?? process,
      limits: MainStackLimits(
        soft: try directory.softStackLimit(pageSize: machine.pageSize),
        gap: UInt64(machine.stackGuardGap)),
      pageSize: machine.pageSize)
    facts.scan = try directory.scanPages(
      of: memoryOfInterest(facts), pageSize: machine.pageSize)
    facts.controlBlocks = facts.blocks(
      by: ControlBlocks(process: process, pageSize: machine.pageSize))
    let stacks = FoundStack.find(facts)
    let program = directory.program()
    return Layout(
      process: leader ?? process, program: program, threads: threads,
      uses: StackOccupancy.of(stacks, mappings: mappings, scan: facts.scan),
      areas: AddressArea.gather(mappings, stacks: stacks.map(\.region), program: program),
      duration: now() - started)
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }

  /// The memory around every stack pointer, and of every claim: what pagemap is asked about. In
  /// ascending order; what lies close together is asked for at once.
  static func memoryOfInterest(_ facts: FoundStack.Facts) -> [Range<Address>] {
    // A stack pointer may lie in a heap of many gigabytes.
    let reach: UInt64 = 1 << 30
    var ranges: [Range<Address>] = []
    func add(_ mapping: Mapping, around pointer: Address) {
      let low = pointer.value > reach ? Address(pointer.value - reach) : Address(0)
      let high = Address(pointer.value.addingReportingOverflow(reach).partialValue)
      let range = mapping.low..<mapping.high
      ranges.append(low < high ? range.clamped(to: low..<high) : range)
    }
    if let stack = facts.mappings.last(where: { $0.path == "[stack]" }) {
      ranges.append(stack.low..<stack.high)
    }
    for pointer in facts.threads.compactMap(\.stackPointer) {
      if let mapping = facts.mappings.holding(pointer) { add(mapping, around: pointer) }
    }
    for claim in facts.claims where claim.low.value > 0 && claim.low < claim.high {
      for address in [claim.low, Address(claim.low.value - 1)] {
        if let mapping = facts.mappings.holding(address) { add(mapping, around: address) }
      }
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    var merged: [Range<Address>] = []
    for range in ranges where !range.isEmpty {
      if let last = merged.last,
        range.lowerBound.value <= last.upperBound.value.addingReportingOverflow(1 << 20).0
      {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }
}

extension FoundStack.Facts {
  /// The C library's block of every thread, found from the stack pointers. In ascending order.
  func blocks(by finder: ControlBlocks) -> [Address] {
    var finder = finder
    var segments: [Range<Address>: [Address]] = [:]
    for thread in threads {
      guard let pointer = thread.stackPointer, let segment = segment(around: pointer),
        mappings.holding(pointer)?.path != "[stack]"
      else { continue }
      segments[segment, default: []].append(pointer)
    }
    let ordered = segments.keys.sorted { $0.lowerBound < $1.lowerBound }
    var blocks = Set(finder.find(inTopOf: ordered))
    // More than one thread in one piece of memory: their stacks have no guard between them.
    var reach = 64 << 20
    for (segment, pointers) in segments where pointers.count > 1 {
      for pointer in pointers where reach > 0 {
        if let block = finder.find(above: pointer, in: segment, reach: 1 << 20) {
          blocks.insert(block)
          reach -= Int(clamping: block.value - pointer.value)
        } else {
          reach -= 1 << 20
        }
      }
    }
    return blocks.sorted()
  }
}

extension ProcessDirectory {
  /// RLIMIT_STACK's soft limit in bytes, whole pages; nil if unlimited or unknown.
  func softStackLimit(pageSize: Int) throws(SystemError) -> UInt64? {
    try softStackLimit().map { $0 & ~UInt64(pageSize - 1) }
  }

  /// The path of the program's file, or "".
  func program() -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      let count = readlinkat(descriptor, "exe", buffer.baseAddress!, buffer.count)
      guard count > 0 else { return "" }
      return buffer.prefix(count).withMemoryRebound(to: UInt8.self) {
        String(decoding: $0, as: UTF8.self)
      }
    }
  }
}
