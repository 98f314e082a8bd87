import CHarness
import FoundationEssentials
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

/// The formats are the Runtime module's: a toolchain that changes them must be noticed.
@Suite struct RuntimeFormat {
  @Test func keysOfABacktrace() throws {
    let encoded = try JSONEncoder().encode(Backtrace.capture())
    let keys = try JSONDecoder().decode([String: String].self, from: encoded).keys
    #expect(keys.sorted() == ["architecture", "backtrace", "imageMap"])
    let ours = try JSONEncoder().encode(
      CompactBacktrace.Encoded(CompactBacktrace(frames: [], images: [])))
    let ownKeys = try JSONDecoder().decode([String: String].self, from: ours).keys
    #expect(ownKeys.sorted() == keys.sorted())
  }

  @Test func theModuleReadsWhatIsWritten() throws {
    let images = [
      LoadedImage(
        path: "/opt/" + String(repeating: "long/", count: 40) + "x",
        base: Address(0x5555_0000_0000),
        end: Address(0x5555_0010_0000)),
      LoadedImage(path: "/lib/y", base: Address(0x7fff_f000_0000), end: Address(0x7fff_f020_0000)),
    ]
    let source = CompactBacktrace(
      frames: [
        .init(programCounter: Address(0x5555_0000_1234), isReturnAddress: false),
        .init(programCounter: Address(0xffff_ffff_ff60_0000), isReturnAddress: true),
      ], images: images.reversed())
    let json = try JSONEncoder().encode(CompactBacktrace.Encoded(source))
    let backtrace = try JSONDecoder().decode(Backtrace.self, from: json)
    #expect(
      backtrace.frames.map { UInt64($0.originalProgramCounter) } == [
        0x5555_0000_1234, 0xffff_ffff_ff60_0000,
      ])
    let map = try #require(backtrace.images)
    #expect(map.map(\.path) == images.map(\.path))
    #expect(map.map { UInt64($0.baseAddress) } == images.map(\.base.value))
    #expect(map.map { UInt64($0.endOfText) } == images.map(\.end.value))
  }

  @Test(arguments: [0, 1, 127, 128, 300])
  func anyNumberOfImages(_ count: Int) throws {
    let images = (0..<count).map {
      LoadedImage(
        path: "/\($0)", base: Address(UInt64($0 + 1) << 20), end: Address(UInt64($0 + 2) << 20))
    }
    let json = try JSONEncoder().encode(
      CompactBacktrace.Encoded(CompactBacktrace(frames: [], images: images)))
    #expect(try JSONDecoder().decode(Backtrace.self, from: json).images?.count == count)
  }
}

@Suite struct Naming {
  @Test func aFunctionInC() throws {
    let symbolicator = Symbolicator()
    let frame = CodeAddress(
      programCounter: address(of: clab_optimizer_barrier), isReturnAddress: false)
    let name = symbolicator.names(of: [frame], in: ownMappings())[0]
    #expect(name.symbol == "clab_optimizer_barrier")
    #expect(name.offset == 0)
    #expect(name.location?.file.hasSuffix("optimizer_barrier.c") == true)
    #expect(name.image?.hasPrefix("/") == true)
  }

  @Test func swiftIsDemangled() throws {
    // Where this very function calls from.
    let backtrace = try Backtrace.capture()
    let here = try #require(backtrace.frames.compactMap { UInt64($0.originalProgramCounter) }.first)
    let symbolicator = Symbolicator()
    let name = symbolicator.names(
      of: [.init(programCounter: Address(here), isReturnAddress: true)], in: ownMappings())[0]
    #expect(name.symbol?.contains("swiftIsDemangled()") == true)
    #expect(name.location?.file.hasSuffix("SymbolicationTests.swift") == true)
    #expect((name.location?.column ?? 0) > 0)
  }

  @Test func aCallAsTheLastInstruction() {
    // It returns to where the next function begins: the name is that of the one before.
    let start = address(of: clab_optimizer_barrier)
    let names = Symbolicator().names(
      of: [
        .init(programCounter: start, isReturnAddress: false),
        .init(programCounter: start, isReturnAddress: true),
      ], in: ownMappings())
    #expect(names[0].symbol == "clab_optimizer_barrier")
    #expect(names[1].symbol != "clab_optimizer_barrier")
  }

  @Test func nowhere() {
    let names = Symbolicator().names(
      of: [0, 1, .max, 0xdead_0000_0000].map {
        .init(programCounter: Address($0), isReturnAddress: true)
      }, in: ownMappings())
    #expect(names == Array(repeating: .unknown, count: 4))
  }

  @Test func aLibraryWithoutDebugInformation() throws {
    let libc = try #require(
      ownMappings().first { $0.path.contains("/libc.so.6") && $0.offset == 0 })
    let exported = try #require(dlsym(nil, "abort"))
    let names = Symbolicator().names(
      of: [
        .init(
          programCounter: Address(UInt64(UInt(bitPattern: exported))), isReturnAddress: false),
        .init(programCounter: Address(libc.low.value + 0x10), isReturnAddress: false),
      ], in: ownMappings())
    #expect(names[0].symbol?.hasSuffix("abort") == true)
    #expect(names[0].offset == 0)
    #expect(names[1] == CodeName(offset: 0x10, image: libc.path))
  }

  @Test func aSymbolReachesNoFurtherThanItsSize() throws {
    let libc = try #require(ownMappings().first { $0.path.contains("/libc.so.6") }).path
    let exported = try #require(dlsym(nil, "getpid"))
    let base = try #require(
      LoadedImage.holding(
        Address(UInt64(UInt(bitPattern: exported))), in: ownMappings())
    ).base
    let start = UInt64(UInt(bitPattern: exported)) - base.value
    let extents = SymbolExtents()
    #expect(extents.allow(start, from: start, in: libc))
    #expect(extents.allow(start + 1, from: start, in: libc))
    #expect(!extents.allow(start + 4096, from: start, in: libc))
    #expect(!extents.allow(start - 1, from: start, in: libc))
    // No symbol of this file begins there.
    #expect(extents.allow(start + 4096, from: start + 1, in: libc))
    #expect(extents.allow(1, from: 0, in: "/does/not/exist"))
  }

  @Test func eachPlaceIsLookedUpOnce() {
    let symbolicator = Symbolicator()
    let frame = CodeAddress(
      programCounter: address(of: clab_optimizer_barrier), isReturnAddress: false)
    let mappings = ownMappings()
    let first = symbolicator.names(of: [frame, frame], in: mappings)
    #expect(symbolicator.lookups == 1)
    // Another process has the image elsewhere.
    let moved = mappings.filter { $0.path.hasPrefix("/") }.map { mapping in
      var mapping = mapping
      mapping.low.value += 0x1000_0000
      mapping.high.value += 0x1000_0000
      return mapping
    }
    let elsewhere = CodeAddress(
      programCounter: Address(frame.programCounter.value + 0x1000_0000), isReturnAddress: false)
    #expect(symbolicator.names(of: [elsewhere], in: moved)[0] == first[0])
    #expect(symbolicator.lookups == 1)
    // The same address where another file lies is another place.
    let other = mappings.map { mapping in
      var mapping = mapping
      if mapping.path == first[0].image { mapping.path = "/does/not/exist" }
      return mapping
    }
    let name = symbolicator.names(of: [frame], in: other)[0]
    #expect(name.symbol == nil && name.image == "/does/not/exist")
    #expect(symbolicator.lookups == 2)
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
