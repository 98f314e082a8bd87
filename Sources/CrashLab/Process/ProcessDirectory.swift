internal import CrashLabModel
internal import Glibc

/// /proc/PID of a process that stands still: the kernel's own account of it.
struct ProcessDirectory: ~Copyable {
  /// Of the directory itself.
  let descriptor: CInt
  private let process: pid_t

  init(_ process: pid_t) throws(SystemError) {
    self.process = process
    let path = "/proc/\(process)"
    descriptor = try system("open", path) {
      open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
  }

  deinit { close(descriptor) }

  func mappings() throws(SystemError) -> [Mapping] {
    guard let text = readSmallBytes("maps", in: descriptor) else {
      throw SystemError("read", "maps of a child in /proc")
    }
    // A process that has ended has no memory, and still a directory until its parent has waited.
    if text.isEmpty { throw SystemError("read", "maps of a child in /proc", code: ESRCH) }
    return Mapping.parse(maps: text)
  }

  /// Every task of the process; one that ends during the look is left out.
  func threads() throws(SystemError) -> [Photograph.ThreadSeen] {
    var threads: [Photograph.ThreadSeen] = []
    for id in try threadIdentifiers() {
      guard let name = try commandName(of: id) else { continue }
      threads.append(.init(id: id, name: String(name.drop { $0 == "\n" }.prefix { $0 != "\n" })))
    }
    return threads
  }

  /// Nil of a task that has ended.
  ///
  /// /proc/TID is there for every task, though nobody lists it. Each file that is opened below
  /// task/TID stays in the kernel's cache of names until the thread is gone, and whoever reaps the
  /// process meanwhile goes round in a loop until the thread has dropped it (fs/dcache.c,
  /// shrink_dcache_parent): 0.2 ms, and a whole time slice on a busy machine.
  private func commandName(of thread: Int32) throws(SystemError) -> String? {
    guard thread != process, let name = try readFileIfThere("/proc/\(thread)/comm") else {
      return try readFileIfThere("task/\(thread)/comm", in: descriptor)
    }
    // The number may be another's by now.
    return faccessat(descriptor, "task/\(thread)", F_OK, 0) == 0 ? name : nil
  }

  func threadIdentifiers() throws(SystemError) -> [Int32] {
    let tasks = try system("open", "task of a child in /proc") {
      openat(descriptor, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard let stream = fdopendir(tasks) else {
      close(tasks)
      throw SystemError("fdopendir", "task of a child in /proc")
    }
    defer { closedir(stream) }
    var identifiers: [Int32] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let id = Int32(name) { identifiers.append(id) }
    }
    return identifiers
  }

  /// How many tasks a process that was reaped still has: 0, unless the kernel is wrong.
  static func threadsLeft(of process: pid_t) throws(SystemError) -> Int {
    do throws(SystemError) {
      let directory = try ProcessDirectory(process)
      return try directory.threadIdentifiers().count { !directory.isDead($0) }
    } catch {
      if error.isResourceExhaustion { throw error }
      return 0
    }
  }

  /// Whether a thread has ended, also where its process stays in the list until its parent waits.
  private func isDead(_ thread: Int32) -> Bool {
    guard let stat = readSmallFile("task/\(thread)/stat", in: descriptor),
      let state = stat.lastIndex(of: ")").flatMap({ stat[$0...].dropFirst(2).first })
    else { return true }
    return state == "Z" || state == "X"
  }

  /// RLIMIT_STACK's soft limit in bytes; nil if unlimited or unreadable.
  func softStackLimit() throws(SystemError) -> UInt64? {
    try readFileIfThere("limits", in: descriptor).flatMap { MainStackLimits.soft(inLimits: $0) }
  }

  /// The run of pages below `limit` that pagemap shows as guarded (bit 58: kernel 6.15 on), looking
  /// no further than `reach` bytes; nil if the page directly below is not.
  func installedGuard(
    below limit: Address, pageSize: Int, reach: Int = 1 << 24
  ) throws(SystemError) -> Range<Address>? {
    let pagemap = openat(descriptor, "pagemap", O_RDONLY | O_CLOEXEC)
    guard pagemap >= 0 else {
      let error = SystemError("open", "pagemap of a child in /proc")
      if error.isResourceExhaustion { throw error }
      return nil
    }
    defer { close(pagemap) }
    let page = UInt64(pageSize)
    let last = limit.value / page
    var first = last
    while first > 0, last - first < UInt64(reach) / page {
      let count = Int(min(first, 64))
      var entries = [UInt64](repeating: 0, count: count)
      let start = first - UInt64(count)
      let got = entries.withUnsafeMutableBytes {
        pread(pagemap, $0.baseAddress, $0.count, off_t(start * 8))
      }
      guard got == count * 8 else { break }
      let guarded = entries.reversed().prefix { $0 >> 58 & 1 == 1 }.count
      first -= UInt64(guarded)
      if guarded < count { break }
    }
    return first == last ? nil : Address(first * page)..<Address(last * page)
  }
}

extension Photograph {
  /// Looks at a process that stands still.
  ///
  /// - Parameter parent: the process whose stacks it has by copy, or in memory that both share.
  static func take(
    of process: pid_t, startedBy parent: pid_t? = nil, claims: [StackRegion.Claim], machine: Machine
  ) throws(SystemError) -> Photograph {
    let directory = try ProcessDirectory(process)
    let mappings = try directory.mappings()
    let threads = try directory.threads()
    // A thread that has ended left its claim behind, and its stack to whoever came after it.
    var living = threads.map(\.id)
    if let parent { living += try ProcessDirectory(parent).threadIdentifiers() }
    let claims = claims.filter { claim in claim.thread.map(living.contains) ?? true }
    // Only where the mapping itself would let the access through may a hidden guard lie.
    var guards: [Range<Address>] = []
    for claim in claims where claim.kind != .main && claim.low.value > 0 {
      guard let below = mappings.holding(Address(claim.low.value - 1)),
        below.permissions.contains(.write),
        let installed = try directory.installedGuard(below: claim.low, pageSize: machine.pageSize)
      else { continue }
      guards.append(installed)
    }
    return Photograph(
      mappings: mappings, threads: threads,
      stacks: StackRegion.find(
        claims: claims, mappings: mappings, installedGuards: guards,
        limits: machine.mainStackLimits(soft: StackSizeSource.ResourceLimit(of: process).bytes)))
  }
}
