internal import CHarness
internal import CrashLabModel
internal import Glibc

/// The functions that threads begin with, found in the control block of each before it runs.
struct EntryFunctions {
  private let process: pid_t
  /// As they were when somebody last looked; code is added rarely.
  private var mappings: [Mapping] = []
  private var misses = 0
  /// What names them, of those that were seen: the process may be gone by then.
  private(set) var places: [Address: Place] = [:]

  struct Place {
    var mappings: [Mapping]
    var files: MappedFiles
    /// Nobody knows where the function begins: it is one that a call in it returns to.
    var isReturn = false
  }

  private static let blockWords = 256
  private static let argumentWords = 8
  private static let most = 1024

  init(of process: pid_t) { self.process = process }

  /// - Parameter thread: stands before its first instruction.
  mutating func entry(of thread: Int32, _ told: clab_new_thread) -> Address? {
    let memory = TargetMemory(of: thread, mappings: [])
    // glibc keeps the function in the block, musl on the new stack.
    let block = words(at: told.thread_pointer, EntryFunctions.blockWords, memory)
    let stack = words(at: told.stack_pointer, EntryFunctions.argumentWords, memory)
    for attempt in 0..<2 {
      if attempt == 1 {
        // Code may have been loaded since; or it is nothing that can be found.
        misses += 1
        guard mappings.isEmpty || misses < 8 || misses.isMultiple(of: 256) else { return nil }
        mappings = readSmallBytes("/proc/\(process)/maps").map { Mapping.parse(maps: $0) } ?? []
      }
      guard !mappings.isEmpty else { continue }
      for words in [block, stack] {
        guard let index = words.firstIndex(where: isCode) else { continue }
        let argument = index + 1 < words.count ? words[index + 1] : 0
        let entry = Address(inner(words[index], argument: argument, memory) ?? words[index])
        note(entry, of: thread)
        return entry
      }
    }
    return nil
  }

  /// What can be read: a block may end where a mapping does.
  private func words(at address: UInt64, _ count: Int, _ memory: TargetMemory) -> [UInt64] {
    guard address > 0 else { return [] }
    return [UInt64](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = memory.read(address, UnsafeMutableRawBufferPointer(buffer)) / 8
    }
  }

  private func isCode(_ word: UInt64) -> Bool {
    mappings.holding(Address(word))?.permissions.contains(.execute) == true
  }

  /// std::thread begins every thread with one function of libstdc++; its argument is an object whose
  /// third virtual function calls what was given (libstdc++, std::thread::_State).
  private func inner(_ entry: UInt64, argument: UInt64, _ memory: TargetMemory) -> UInt64? {
    guard let path = mappings.holding(Address(entry))?.path,
      path.split(separator: "/").last?.hasPrefix("libstdc++.so") == true,
      let table = memory.word(argument), let run = memory.word(table &+ 16), isCode(run)
    else { return nil }
    return run
  }

  private mutating func note(_ entry: Address, of thread: Int32) {
    guard places[entry] == nil, places.count < EntryFunctions.most else { return }
    places[entry] = Place(
      mappings: mappings, files: MappedFiles(holding: [entry], in: mappings, of: thread))
  }

  /// A return address that lies at the top of a stack.
  mutating func noteReturn(_ address: Address, in code: [Mapping], of thread: Int32) {
    guard places[address] == nil, places.count < EntryFunctions.most else { return }
    // Names need all mappings of a file, not only its code.
    if mappings.holding(address) == nil || code.count > mappings.count {
      mappings = readSmallBytes("/proc/\(process)/maps").map { Mapping.parse(maps: $0) } ?? []
    }
    places[address] = Place(
      mappings: mappings, files: MappedFiles(holding: [address], in: mappings, of: thread),
      isReturn: true)
  }

  /// Their names and the paths of their images.
  func names(with symbolicator: Symbolicator) -> [Address: CodeName] {
    var names: [Address: CodeName] = [:]
    for (entry, place) in places {
      names[entry] =
        symbolicator.names(
          of: [CodeAddress(programCounter: entry, isReturnAddress: place.isReturn)],
          in: place.mappings,
          files: place.files
        ).names.first
    }
    return names
  }

  /// Functions of the C library that the program calls for memory.
  struct LibraryFunctions {
    var madvise: UInt64?
    var munmap: UInt64?
    /// Behind its system call.
    var mapped: UInt64?
    /// Whether the library gives pages of a thread's stack back before the thread ends.
    var givesPagesBack: Bool
  }

  mutating func libraryFunctions(thread: Int32) -> LibraryFunctions {
    mappings = readSmallBytes("/proc/\(process)/maps").map { Mapping.parse(maps: $0) } ?? []
    let code = mappings.filter { $0.permissions.contains(.execute) && $0.path.hasPrefix("/") }
    func name(_ mapping: Mapping) -> Substring { mapping.path.split(separator: "/").last ?? "" }
    let musl = code.first { StackSizeSource.isMusl(image: $0.path) }
    let names = ["madvise", "munmap", "mmap", "_start"]
    let symbols = ImageSymbols(
      TargetMemory(of: thread, mappings: mappings),
      namesBeginningWith: names + names.dropLast().map { "__" + $0 })
    // A program without the library may have its functions in it.
    let library = code.first { name($0).hasPrefix("libc.so") || name($0).hasPrefix("libc-") }
    var functions = LibraryFunctions(givesPagesBack: musl == nil)
    guard let holder = musl ?? library ?? code.first,
      let image = LoadedImage.holding(holder.low, in: mappings)
    else { return functions }
    if symbols.address(of: "madvise", in: image) == nil { symbols.readFile(of: image) }
    func address(_ name: String) -> UInt64? {
      symbols.address(of: name, in: image) ?? symbols.address(of: "__" + name, in: image)
    }
    // A static program with symbols that has no such function does not call it.
    if library == nil, address("_start") != nil, address("madvise") == nil {
      functions.givesPagesBack = false
    }
    if functions.givesPagesBack {
      functions.madvise = address("madvise")
      // A static program without names: its one wrapper of the system call is the library's.
      if functions.madvise == nil, musl == nil, library == nil {
        functions.madvise = SystemCallSite.only(
          of: SystemCallSite.madvise, from: holder.low.value, to: holder.high.value,
          read: TargetMemory(of: thread, mappings: mappings).read)
      }
    }
    functions.munmap = address("munmap")
    if let mmap = address("mmap") {
      var place: UInt64 = 0
      if clab_after_system_call(thread, mmap, &place) == 0 { functions.mapped = place }
    }
    return functions
  }
}
