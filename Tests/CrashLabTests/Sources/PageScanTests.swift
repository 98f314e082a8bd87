import Foundation
import Glibc
import Testing

@testable import CrashLab

/// What the page tables say of memory, by the call of new kernels and by the file of all.
@Suite struct PageScanTests {
  private static let pages = 64
  private static let pageSize = Int(getpagesize())

  private static func range(_ low: Int, _ high: Int, above base: UInt64 = 0) -> Range<Address> {
    Address(base + UInt64(low * pageSize))..<Address(base + UInt64(high * pageSize))
  }

  /// Pages of our own, of which some were touched.
  private static func scan(
    touching touched: [Int], guarding guarded: Range<Int>? = nil, byCall: Bool
  ) throws -> PageScan? {
    let size = pages * pageSize
    let memory = try #require(
      mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))
    defer { munmap(memory, size) }
    madvise(memory, size, MADV_NOHUGEPAGE)
    for page in touched { memory.storeBytes(of: 1, toByteOffset: page * pageSize, as: UInt8.self) }
    if let guarded {
      let low = memory + guarded.lowerBound * pageSize
      // MADV_GUARD_INSTALL, kernel 6.13 on.
      if madvise(low, guarded.count * pageSize, 102) != 0 { return nil }
    }
    let base = UInt64(UInt(bitPattern: memory))
    let directory = try ProcessDirectory(getpid())
    var scan = try directory.scanPages(
      of: [range(0, pages, above: base)], pageSize: pageSize, byCall: byCall)
    func moved(_ range: Range<Address>) -> Range<Address> {
      Address(range.lowerBound.value - base)..<Address(range.upperBound.value - base)
    }
    scan.touched = scan.touched.map(moved)
    scan.guards = scan.guards.map(moved)
    return scan
  }

  @Test(arguments: [true, false])
  func touchedPagesAreThoseThatWereTouched(byCall: Bool) throws {
    let scan = try #require(try Self.scan(touching: [0, 3, 4, 5, 63], byCall: byCall))
    #expect(scan.touched == [Self.range(0, 1), Self.range(3, 6), Self.range(63, 64)])
    #expect(scan.guards.isEmpty)
  }

  @Test(arguments: [true, false])
  func hiddenGuardsAreSeen(byCall: Bool) throws {
    guard let scan = try Self.scan(touching: [1, 9], guarding: 4..<6, byCall: byCall) else {
      return print("skipped: this kernel has no MADV_GUARD_INSTALL")
    }
    // The call tells of them from kernel 6.16 on; what it does not know is read from the file.
    #expect(scan.touched == [Self.range(1, 2), Self.range(9, 10)])
    #expect(scan.guards == [Self.range(4, 6)] || byCall && scan.guards.isEmpty)
  }

  /// Bit 63 present, 62 in swap, 58 guarded.
  @Test(
    arguments: [
      (1 << 63, [true, false]), (1 << 62, [true, false]), (1 << 58, [false, true]),
      (1 << 61, [false, false]), (1 << 57, [false, false]), (1 << 59, [false, false]),
      (0, [false, false]), (1 << 63 | 1 << 57 | 0x1234, [true, false]),
    ] as [(UInt64, [Bool])])
  func bitsOfPagemap(word: UInt64, isTouchedIsGuard: [Bool]) {
    var scan = PageScan()
    scan.add(pagemap: [0, word, 0], from: 7, pageSize: 4096)
    let page = Address(0x8000)..<Address(0x9000)
    #expect(scan.touched == (isTouchedIsGuard[0] ? [page] : []))
    #expect(scan.guards == (isTouchedIsGuard[1] ? [page] : []))
  }

  @Test func neighboursAreOneRange() {
    var scan = PageScan()
    for (low, high) in [(1, 2), (2, 4), (5, 6), (6, 6), (6, 7)] as [(UInt64, UInt64)] {
      scan.add(low: low, high: high, isGuard: false)
    }
    #expect(scan.touched == [Address(1)..<Address(4), Address(5)..<Address(7)])
  }

  @Test func rangesAreCutToWhatIsAskedFor() {
    let ranges = [Address(0)..<Address(4), Address(6)..<Address(8), Address(8)..<Address(12)]
    #expect(ranges.within(Address(4)..<Address(6)).isEmpty)
    #expect(
      ranges.within(Address(3)..<Address(9))
        == [Address(3)..<Address(4), Address(6)..<Address(8), Address(8)..<Address(9)])
    #expect(ranges.firstIndex(endingAbove: Address(3)) == 0)
    #expect(ranges.firstIndex(endingAbove: Address(4)) == 1)
    #expect(ranges.firstIndex(endingAbove: Address(12)) == 3)
  }
}
