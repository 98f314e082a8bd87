internal import CHarness
package import CrashLabModel
internal import Glibc

extension Machine {
  /// The machine that this process runs on.
  ///
  /// - Parameter trying: also how the C library guards a thread and a cached stack, and whether its
  ///   debug symbols are there. What cases expect depends on it; it takes two processes and some
  ///   tens of milliseconds.
  public static func current(trying: Bool = true) -> Machine {
    var names = utsname()
    uname(&names)
    let page = sysconf(Int32(_SC_PAGESIZE))
    return Machine(
      kernel: "\(text(of: names.sysname)) \(text(of: names.release))",
      libc: "glibc \(String(cString: clab_libc_version()))",
      cpu: value(of: "model name", in: "/proc/cpuinfo") ?? "unknown",
      architecture: text(of: names.machine),
      cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
      pageSize: page,
      stackLimit: softStackLimit(),
      stackGuardGap: guardGapPages() * page,
      minimumSignalStack: clab_minimum_signal_stack(),
      lowestMappable: Address(
        readSmallFile("/proc/sys/vm/mmap_min_addr").flatMap { UInt64(trimmed($0)) } ?? 65536),
      threadGuard: trying ? threadGuard() : nil,
      shrinksCachedGuards: trying ? shrinksCachedGuards() : nil,
      librarySymbols: trying ? librarySymbols() : nil,
      swift: swiftVersion,
      build: build)
  }

  private static func shrinksCachedGuards() -> Bool? {
    let answer = clab_try_cached_guard()
    return answer < 0 ? nil : answer == 1
  }

  /// Whether a function of the C library gets a source line: only its debug symbols have it. Nil if
  /// that could not be found out.
  static func librarySymbols() -> Bool? {
    guard let function = dlsym(nil, "qsort"), let maps = readSmallBytes("/proc/self/maps") else {
      return nil
    }
    let address = Address(UInt64(UInt(bitPattern: function)))
    let mappings = Mapping.parse(maps: maps)
    let answer = Symbolicator(keepsProcess: false).names(
      of: [CodeAddress(programCounter: address, isReturnAddress: false)], in: mappings,
      files: MappedFiles(holding: [address], in: mappings, of: getpid()))
    guard let name = answer.names.first, name.symbol != nil, answer.missing.isEmpty else {
      return nil
    }
    return name.location != nil
  }

  private static func threadGuard() -> Guard.Kind? {
    switch clab_try_thread_guard() {
    case CLAB_THREAD_GUARD_MAPPING: .mapping
    case CLAB_THREAD_GUARD_INSTALLED: .madvise
    case CLAB_THREAD_GUARD_NONE: Guard.Kind.none
    default: nil
    }
  }

  private static func softStackLimit() -> Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(UInt32(RLIMIT_STACK.rawValue)), &limit) == 0,
      limit.rlim_cur != rlim_t.max
    else { return nil }
    return Int(clamping: limit.rlim_cur)
  }

  /// In pages; the kernel's default unless its command line says otherwise (mm/mmap.c).
  private static func guardGapPages() -> Int {
    let key = "stack_guard_gap="
    return readSmallFile("/proc/cmdline")?.split(whereSeparator: \.isWhitespace)
      .first { $0.hasPrefix(key) }.flatMap { Int($0.dropFirst(key.count)) } ?? 256
  }

  private static func value(of key: String, in file: String) -> String? {
    guard
      let line = readSmallFile(file)?.split(separator: "\n").first(where: { $0.hasPrefix(key) }),
      let colon = line.firstIndex(of: ":")
    else { return nil }
    return trimmed(String(line[line.index(after: colon)...]))
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  private static func text<Tuple>(of field: Tuple) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static var build: String {
    #if DEBUG
      "debug"
    #else
      "release"
    #endif
  }

  /// The compiler that built this: the language has no way to ask for more than a condition.
  private static var swiftVersion: String {
    #if compiler(>=6.4)
      "Swift 6.4 or newer"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #elseif compiler(>=6.2)
      "Swift 6.2"
    #else
      "Swift 6.1"
    #endif
  }
}
