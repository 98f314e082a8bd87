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

  /// Their names and the paths of their images.
  func names(with symbolicator: Symbolicator) -> [Address: CodeName] {
    var names: [Address: CodeName] = [:]
    for (entry, place) in places {
      names[entry] =
        symbolicator.names(
          of: [CodeAddress(programCounter: entry, isReturnAddress: false)], in: place.mappings,
          files: place.files
        ).names.first
    }
    return names
  }

  /// Where the C library gives the pages of a thread's stack back, before the thread ends.
  mutating func addressOfMadvise(thread: Int32) -> (address: UInt64?, isNeeded: Bool) {
    mappings = readSmallBytes("/proc/\(process)/maps").map { Mapping.parse(maps: $0) } ?? []
    let code = mappings.filter { $0.permissions.contains(.execute) && $0.path.hasPrefix("/") }
    func name(_ mapping: Mapping) -> Substring { mapping.path.split(separator: "/").last ?? "" }
    if code.contains(where: { name($0).hasPrefix("ld-musl") || name($0).hasPrefix("libc.musl") }) {
      return (nil, false)
    }
    let symbols = ImageSymbols(
      TargetMemory(of: thread, mappings: mappings), namesBeginningWith: ["madvise", "__madvise"])
    // A program without the library may have its functions in it.
    let library = code.first { name($0).hasPrefix("libc.so") || name($0).hasPrefix("libc-") }
    guard let library = library ?? code.first,
      let image = LoadedImage.holding(library.low, in: mappings)
    else { return (nil, true) }
    if symbols.address(of: "madvise", in: image) == nil { symbols.readFile(of: image) }
    let address =
      symbols.address(of: "madvise", in: image) ?? symbols.address(of: "__madvise", in: image)
    return (address, true)
  }
}
