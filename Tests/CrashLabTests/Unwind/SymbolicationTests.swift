import CHarness
import CNaming
import Glibc
import Runtime
import Testing

@testable import CrashLab

private func ownMappings() -> [Mapping] {
  Mapping.parse(maps: readSmallBytes("/proc/self/maps") ?? [])
}

private func address(of function: @convention(c) (UInt64) -> UInt64) -> Address {
  Address(UInt64(UInt(bitPattern: unsafeBitCast(function, to: Int.self))))
}

@Suite struct Naming {
  /// Of this process, with the names of whatever lies in its files.
  private func names(
    of frames: [CodeAddress], with symbolicator: Symbolicator = Symbolicator()
  ) -> [CodeName] {
    let mappings = ownMappings()
    let files = MappedFiles(holding: frames.map(\.programCounter), in: mappings, of: getpid())
    return symbolicator.names(of: frames, in: mappings, files: files).names
  }

  private func exported(_ name: String) throws -> Address {
    Address(UInt64(UInt(bitPattern: try #require(dlsym(nil, name)))))
  }

  @Test func aFunctionInC() throws {
    let name = names(of: [
      .init(programCounter: address(of: clab_optimizer_barrier), isReturnAddress: false)
    ])[
      0]
    #expect(name.symbol == "clab_optimizer_barrier")
    #expect(name.offset == 0)
    #expect(name.location?.file.hasSuffix("/optimizer_barrier.c") == true)
    #expect(name.location?.file.hasPrefix("/") == true)
    #expect(name.image?.hasPrefix("/") == true)
  }

  @Test func swiftIsDemangled() throws {
    // Where this very function calls from.
    let backtrace = try Backtrace.capture()
    let here = try #require(backtrace.frames.compactMap { UInt64($0.originalProgramCounter) }.first)
    let name = names(of: [.init(programCounter: Address(here), isReturnAddress: true)])[0]
    #expect(name.symbol?.contains("swiftIsDemangled()") == true)
    #expect(name.location?.file.hasSuffix("SymbolicationTests.swift") == true)
    #expect((name.location?.column ?? 0) > 0)
  }

  @Test func aCallAsTheLastInstruction() {
    // It returns to where the next function begins: the name is that of the one before.
    let start = address(of: clab_optimizer_barrier)
    let names = names(of: [
      .init(programCounter: start, isReturnAddress: false),
      .init(programCounter: start, isReturnAddress: true),
    ])
    #expect(names[0].symbol == "clab_optimizer_barrier")
    #expect(names[1].symbol != "clab_optimizer_barrier")
  }

  /// The offset of a return address is that of the instruction after the call.
  @Test func offsetsAreFromTheSymbolsStart() {
    let start = address(of: clab_optimizer_barrier)
    let names = names(of: [
      .init(programCounter: Address(start.value + 3), isReturnAddress: false),
      .init(programCounter: Address(start.value + 3), isReturnAddress: true),
    ])
    #expect(names.map(\.symbol) == ["clab_optimizer_barrier", "clab_optimizer_barrier"])
    #expect(names.map(\.offset) == [3, 3])
  }

  /// A call that never returns may be the last instruction of an image.
  @Test func aCallAtTheEndOfAnImage() {
    let mappings = [
      Mapping(
        low: Address(0x10_0000), high: Address(0x10_2000), permissions: [.read, .execute],
        path: "/lib/first.so"),
      Mapping(
        low: Address(0x10_2000), high: Address(0x10_4000), permissions: [.read, .execute],
        path: "/lib/second.so"),
    ]
    func images(_ isReturnAddress: Bool) -> [String?] {
      Symbolicator().names(
        of: [0x10_0000, 0x10_1000, 0x10_2000, 0x10_4000].map {
          .init(programCounter: Address($0), isReturnAddress: isReturnAddress)
        }, in: mappings, files: MappedFiles()
      ).names.map(\.image)
    }
    #expect(images(true) == [nil, "/lib/first.so", "/lib/first.so", "/lib/second.so"])
    #expect(images(false) == ["/lib/first.so", "/lib/first.so", "/lib/second.so", nil])
  }

  @Test func nowhere() {
    let names = names(
      of: [0, 1, .max, 0xdead_0000_0000].map {
        .init(programCounter: Address($0), isReturnAddress: true)
      })
    #expect(names == Array(repeating: .unknown, count: 4))
  }

  @Test func aLibraryWithoutDebugInformation() throws {
    let libc = try #require(
      ownMappings().first { $0.path.contains("/libc.so.6") && $0.offset == 0 })
    let names = names(of: [
      .init(programCounter: try exported("abort"), isReturnAddress: false),
      .init(programCounter: Address(libc.low.value + 0x10), isReturnAddress: false),
    ])
    #expect(names[0].symbol?.hasSuffix("abort") == true)
    #expect(names[0].offset == 0)
    #expect(names[1].symbol == nil)
    #expect(names[1].offset == 0x10 && names[1].image == libc.path)
  }

  /// A naming process of its own for every call gives the same as one that stays.
  @Test func withAndWithoutAProcessThatStays() throws {
    let frames = [CodeAddress(programCounter: try exported("abort"), isReturnAddress: false)]
    let staying = Symbolicator()
    let first = names(of: frames, with: staying)
    #expect(staying.process > 0)
    let leaving = Symbolicator(keepsProcess: false)
    #expect(names(of: frames, with: leaving) == first)
    #expect(leaving.process == 0)
  }

  @Test func eachPlaceIsLookedUpOnce() {
    let symbolicator = Symbolicator()
    let frame = CodeAddress(
      programCounter: address(of: clab_optimizer_barrier), isReturnAddress: false)
    let first = names(of: [frame, frame], with: symbolicator)
    #expect(symbolicator.lookups == 1)
    // Another process has the image elsewhere.
    let mappings = ownMappings()
    let files = MappedFiles(holding: [frame.programCounter], in: mappings, of: getpid())
    let moved = mappings.filter { $0.path.hasPrefix("/") }.map { mapping in
      var mapping = mapping
      mapping.low.value += 0x1000_0000
      mapping.high.value += 0x1000_0000
      return mapping
    }
    let elsewhere = CodeAddress(
      programCounter: Address(frame.programCounter.value + 0x1000_0000), isReturnAddress: false)
    #expect(symbolicator.names(of: [elsewhere], in: moved, files: files).names[0] == first[0])
    #expect(symbolicator.lookups == 1)
  }

  /// Killed at any moment, the naming process costs at most names, and the next one gives them.
  @Test func theNamingProcessMayEnd() throws {
    let symbolicator = Symbolicator()
    let frame = CodeAddress(
      programCounter: address(of: clab_optimizer_barrier), isReturnAddress: false)
    _ = names(of: [frame], with: symbolicator)
    let process = symbolicator.process
    kill(process, SIGKILL)
    let abort = CodeAddress(programCounter: try exported("abort"), isReturnAddress: false)
    #expect(names(of: [abort], with: symbolicator)[0].symbol?.hasSuffix("abort") == true)
    #expect(symbolicator.process != process)
  }

  /// One that answers too late is ended; another reads the symbols alone, and that is told.
  @Test func whatTakesTooLongCostsLines() throws {
    let symbolicator = Symbolicator(keepsProcess: true, patience: 2_000_000_000)
    let abort = CodeAddress(programCounter: try exported("abort"), isReturnAddress: false)
    _ = names(of: [abort], with: symbolicator)
    kill(symbolicator.process, SIGSTOP)
    let frame = CodeAddress(
      programCounter: address(of: clab_optimizer_barrier), isReturnAddress: false)
    let mappings = ownMappings()
    let (names, missing) = symbolicator.names(
      of: [frame, abort], in: mappings,
      files: MappedFiles(
        holding: [frame.programCounter, abort.programCounter], in: mappings, of: getpid()))
    #expect(names[0].symbol == "clab_optimizer_barrier" && names[0].location == nil)
    #expect(names[1].symbol?.hasSuffix("abort") == true)
    #expect(missing.map(\.reason) == [.readerTimedOut])
    #expect(missing.first?.hasSymbols == true && missing.first?.image == names[0].image)
  }

  /// A file that is not held is not opened by its path.
  @Test func noFileNoName() {
    let frame = CodeAddress(
      programCounter: address(of: clab_optimizer_barrier), isReturnAddress: false)
    let (names, missing) = Symbolicator().names(
      of: [frame], in: ownMappings(), files: MappedFiles())
    #expect(names[0].symbol == nil && names[0].image != nil)
    #expect(missing.isEmpty)
  }
}

/// Names belong to the file that was mapped, whatever lies at its path now.
@Suite struct MappedFileTests {
  /// Maps a new file, and gives its path and where it lies.
  private func withMappedFile(_ body: (String, Address) throws -> Void) throws {
    let path = "/tmp/crashlab-mapped-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let size = 1 << 16
    let bytes = [UInt8](repeating: 7, count: size)
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    defer {
      close(descriptor)
      unlink(path)
    }
    let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress!, $0.count) }
    try #require(written == bytes.count)
    let memory = try #require(mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0))
    defer { munmap(memory, size) }
    try body(path, Address(UInt64(UInt(bitPattern: memory))))
  }

  private func found(_ address: Address) throws -> MappedFiles.Found {
    let mappings = ownMappings()
    let files = MappedFiles(holding: [address], in: mappings, of: getpid())
    let mapping = try #require(mappings.holding(address))
    return try #require(files[mapping])
  }

  @Test func theFileItself() throws {
    try withMappedFile { path, address in
      guard case .file(let file) = try found(address) else {
        Issue.record("\(path) was not found")
        return
      }
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(file.identity.inode == UInt64(status.st_ino))
    }
  }

  @Test func anotherOfTheSamePathIsNotTaken() throws {
    try withMappedFile { path, address in
      try #require(unlink(path) == 0)
      let other = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      try #require(other >= 0)
      defer { close(other) }
      var status = stat()
      try #require(fstat(other, &status) == 0)
      switch try found(address) {
      case .file(let file): #expect(file.identity.inode != UInt64(status.st_ino))
      case .missing(let reason): #expect(reason != .noReader)  // not root: no link to the mapping
      }
    }
  }
}

/// The naming process has read what nobody vouches for: what it says is checked.
@Suite struct NamingAnswers {
  private func bytes(
    functions: UInt32 = 1, line: UInt32 = 7, column: UInt32 = 0, nameSize: UInt32? = nil,
    name: String = "f", file: String = "/a.c", hasSymbol: UInt32 = 1, distance: UInt64 = 4,
    extra: Int = 0
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    let head = clab_naming_answer(
      image: 3, place: 1, functions: functions, has_symbol: hasSymbol, distance: distance,
      split_missing: 0)
    withUnsafeBytes(of: head) { bytes += $0 }
    let function = clab_naming_function(
      line: line, column: column, name_size: nameSize ?? UInt32(name.utf8.count),
      file_size: UInt32(file.utf8.count))
    withUnsafeBytes(of: function) { bytes += $0 }
    return bytes + Array(name.utf8) + Array(file.utf8) + [UInt8](repeating: 0, count: extra)
  }

  private func read(_ bytes: [UInt8]) -> NamingAnswer? {
    bytes.withUnsafeBytes { try? NamingAnswer($0) }
  }

  @Test func whatIsSaidIsTaken() {
    let answer = read(bytes())
    #expect(answer?.image == 3 && answer?.place == 1 && answer?.distance == 4)
    #expect(
      answer?.functions == [
        .init(symbol: "f", location: SourceLocation(file: "/a.c", line: 7, column: nil))
      ])
    #expect(read(bytes(hasSymbol: 0))?.distance == nil)
    #expect(read(bytes(distance: .max))?.distance == .max)
    #expect(read(bytes(name: ""))?.functions[0].symbol == nil)
  }

  @Test func codeThatNobodyHasWrittenHasNoPlace() {
    #expect(read(bytes(line: 0))?.functions[0].location == nil)
    #expect(read(bytes(file: "/x/<compiler-generated>"))?.functions[0].location == nil)
    #expect(read(bytes(file: ""))?.functions[0].location == nil)
  }

  @Test func whatCanNotBeIsRefused() {
    #expect(read([]) == nil)
    #expect(read(Array(bytes().dropLast())) == nil)
    #expect(read(bytes(extra: 1)) == nil)
    #expect(read(bytes(functions: 2)) == nil)
    #expect(read(bytes(functions: 0)) == nil)
    #expect(read(bytes(functions: .max)) == nil)
    #expect(read(bytes(nameSize: .max)) == nil)
    #expect(read(bytes(nameSize: 100)) == nil)
  }
}

@Suite struct Demangling {
  struct Row: Sendable, CustomTestStringConvertible {
    var symbol: String
    var name: String
    init(_ symbol: String, _ name: String) { (self.symbol, self.name) = (symbol, name) }
    var testDescription: String { symbol }
  }

  private func demangled(_ symbol: String, size: Int = 4096) -> String {
    var out = [CChar](repeating: 1, count: size)
    clab_naming_demangle(symbol, &out, size)
    return String(decoding: out.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// As c++filt, rustfilt, swift-demangle and ddemangle give them.
  @Test(arguments: [
    Row("main", "main"),
    Row("_start", "_start"),
    Row("_ZN3foo3barEiPKc", "foo::bar(int, char const*)"),
    Row("_ZN3fooC1Ev.cold", "foo::foo() [clone .cold]"),
    Row("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad"),
    Row(
      "_ZN58_$LT$alloc..string..String$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE",
      "<alloc::string::String as core::fmt::Debug>::fmt"),
    Row("_RNvCskwGfYPst2Cb_3foo16example_function", "foo::example_function"),
    Row("_RINvNtC3std3mem8align_ofdE", "std::mem::align_of::<f64>"),
    Row("$s4main7descendyS2iF", "descend(_:)"),
    Row("_D8demangle4testFaZv", "demangle.test(char)"),
    Row("_Znot a symbol", "_Znot a symbol"),
    Row("_R", "_R"),
    Row("$s", "$s"),
    Row("", ""),
  ])
  func asTheLanguagesOwnTools(row: Row) {
    #expect(demangled(row.symbol) == row.name)
  }

  /// Each part doubles the one before.
  @Test func aSymbolThatExpandsWithoutEndIsCut() {
    let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    var symbol = "_Z1fSt4pairIiiE"
    for index in 0..<30 { symbol += "St4pairIS\(index == 0 ? "" : "\(digits[index - 1])")_S_E" }
    let name = demangled(symbol)
    #expect(!name.isEmpty && name.utf8.count < 4096)
    #expect(demangled("_ZN3foo3barEiPKc", size: 6) == "foo::")
  }
}

/// Where an image lies is read from mappings that a process may have made as it liked.
@Suite struct LoadedImages {
  private func mapping(
    _ low: UInt64, _ high: UInt64, offset: UInt64 = 0, path: String = ""
  ) -> Mapping {
    Mapping(
      low: Address(low), high: Address(high), permissions: [.read], offset: offset, path: path)
  }

  @Test func segmentsBelongTogether() {
    let mappings = [
      mapping(0x1000, 0x2000, path: "/a"), mapping(0x2000, 0x4000, offset: 0x1000, path: "/a"),
      mapping(0x4000, 0x5000), mapping(0x6000, 0x7000, offset: 0x3000, path: "/a"),
      mapping(0x7000, 0x8000, path: "/b"),
    ]
    let a = LoadedImage(path: "/a", base: Address(0x1000), end: Address(0x4000))
    #expect(LoadedImage.holding(Address(0x1000), in: mappings) == a)
    #expect(LoadedImage.holding(Address(0x3fff), in: mappings) == a)
    #expect(LoadedImage.holding(Address(0x4000), in: mappings) == nil)
    #expect(LoadedImage.holding(Address(0x6000), in: mappings)?.base == Address(0x1000))
    #expect(LoadedImage.holding(Address(0x7000), in: mappings)?.path == "/b")
    #expect(LoadedImage.holding(Address(0x8000), in: mappings) == nil)
  }

  @Test func aFileMappedTwiceIsTwoImages() {
    let mappings = [
      mapping(0x1000, 0x2000, path: "/a"), mapping(0x2000, 0x3000, offset: 0x1000, path: "/a"),
      mapping(0x3000, 0x4000, path: "/a"), mapping(0x4000, 0x5000, offset: 0x1000, path: "/a"),
    ]
    #expect(LoadedImage.holding(Address(0x2800), in: mappings)?.base == Address(0x1000))
    #expect(LoadedImage.holding(Address(0x2800), in: mappings)?.end == Address(0x3000))
    #expect(LoadedImage.holding(Address(0x4800), in: mappings)?.base == Address(0x3000))
  }

  /// All segments of a file smaller than a page are mapped from its first byte.
  @Test func aSmallFileIsOneImage() {
    let mappings = [
      Mapping(low: Address(0x1000), high: Address(0x2000), permissions: [.read], path: "/a"),
      Mapping(
        low: Address(0x2000), high: Address(0x3000), permissions: [.read, .execute], path: "/a"),
      Mapping(
        low: Address(0x3000), high: Address(0x4000), permissions: [.read, .write], path: "/a"),
    ]
    let whole = LoadedImage(path: "/a", base: Address(0x1000), end: Address(0x4000))
    for address in [0x1800, 0x2800, 0x3800] as [UInt64] {
      #expect(LoadedImage.holding(Address(address), in: mappings) == whole)
    }
  }

  @Test func noImage() {
    let mappings = [
      mapping(0x1000, 0x2000, path: "[heap]"), mapping(0x3000, 0x4000, offset: 0x1000, path: "/a"),
      mapping(0x4000, 0x5000, path: "/b"), mapping(0x5000, 0x6000, offset: 0x5000, path: "/a"),
    ]
    for address: UInt64 in [0, 0x1000, 0x2800, 0x3000, 0x5000, .max] {
      #expect(LoadedImage.holding(Address(address), in: mappings) == nil)
    }
    #expect(LoadedImage.holding(Address(0x1000), in: []) == nil)
  }
}
