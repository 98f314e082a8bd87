import Glibc
import ObjectFiles
import Testing

@testable import CrashLab

/// The dynamic symbols of images in memory, held against what the loader says of them.
@Suite struct DynamicSymbolTests {
  private static let own = Mapping.parse(maps: readSmallBytes("/proc/self/maps") ?? [])

  private static func image(holding address: UInt) throws -> LoadedImage {
    try #require(LoadedImage.holding(Address(UInt64(address)), in: own))
  }

  private static var memory: TargetMemory { TargetMemory(of: getpid(), mappings: own) }

  @Test(arguments: ["abort", "malloc", "__abort_msg", "environ", "pthread_create", "fork", "qsort"])
  func asTheLoaderSays(name: String) throws {
    // Another image may have a function of the same name before it.
    let library = try #require(dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD))
    let told = try #require(dlsym(library, name), "\(name)")
    let address = UInt(bitPattern: told)
    let image = try Self.image(holding: UInt(bitPattern: try #require(dlsym(nil, "abort"))))
    let symbols = try #require(
      DynamicSymbols(base: image.base.value, read: Self.memory.read))
    #expect(symbols[name]?.lowerBound == UInt64(address))
  }

  @Test func whatIsNotDefinedIsNotFound() throws {
    let abort = UInt(bitPattern: try #require(dlsym(nil, "abort")))
    let image = try Self.image(holding: abort)
    let symbols = try #require(DynamicSymbols(base: image.base.value, read: Self.memory.read))
    // The second is the loader's, which the C library only uses.
    for name in ["", "no_such_symbol", "__tls_get_addr", "abor", "abort2"] {
      #expect(symbols[name] == nil, "\(name)")
    }
    #expect(DynamicSymbols(base: image.base.value + 0x1000, read: Self.memory.read) == nil)
    #expect(DynamicSymbols(base: 0, read: Self.memory.read) == nil)
  }
}
