import Testing

@testable import CrashLab
@testable import CrashLabPages

@Suite struct AddressStripTests {
  @Test func eightBytesBelowALargeStackNeedThreeScales() {
    let strips = AddressStrip.strips(for: Reports.inGuard(), machine: Reports.machine)
    #expect(strips.count == 3)
    // The first shows the stack whole, the last has room to tell 8 bytes from none.
    #expect(strips[0].low < Address(0x7010_0000) && strips[0].high > Address(0x7020_1000))
    let last = strips[2]
    let fault = last.share(of: Address(0x7010_0ff8))
    let limit = last.share(of: Address(0x7010_1000))
    #expect(fault > 0.1 && limit < 0.9 && limit - fault > 0.2)
    #expect(last.spans.contains { $0.label == "overshoot 8 bytes" })
  }

  @Test func everyStripMagnifiesAPartOfTheOneBefore() {
    let strips = AddressStrip.strips(for: Reports.inGuard(), machine: Reports.machine)
    for (outer, inner) in zip(strips, strips.dropFirst()) {
      #expect(outer.low <= inner.low && inner.high <= outer.high)
      #expect(inner.size * 4 < outer.size)
    }
  }

  @Test func theNeighbourIsDrawnAndToldFromTheStackInUse() {
    let strip = AddressStrip.strips(for: Reports.inGuard(), machine: Reports.machine)[0]
    #expect(strip.regions.map(\.style) == ["neighbour", "guard", "stack"])
    #expect(strip.regions[0].label == "stack of neighbour")
  }

  @Test func nothingIsDrawnWhereThereIsNoAddress() {
    for kind in [FaultSite.Kind.notAFault, .nonCanonical] {
      let fault = Reports.fault(address: 0, site: FaultSite(kind))
      #expect(AddressStrip.strips(for: fault, machine: Reports.machine).isEmpty)
    }
  }

  @Test(arguments: [UInt64(0), 1, .max / 2, .max - 1, .max])
  func addressesAtTheEndsOfTheWorldAreDrawnWithoutATrap(address: UInt64) {
    let ends = [UInt64(0), 1, 1 << 47, .max]
    for limit in ends {
      for low in ends {
        for size in [Int.min, -1, 0, 1, Int.max] {
          let site = FaultSite(
            .pastGuard, owner: .init(kind: .thread, name: "x"), stackLimit: Address(limit),
            stackSize: size, guard: Guard(low: Address(low), high: Address(limit), kind: .mapping),
            overshoot: Int.min, skipped: Int.max)
          let fault = Reports.fault(
            address: address, site: site,
            surroundings: [MemoryRegion(low: Address(limit), high: Address(low), kind: .stack)])
          for strip in AddressStrip.strips(for: fault, machine: Reports.machine) {
            #expect(!strip.drawing(description: "x").isEmpty)
          }
        }
      }
    }
  }

  @Test func scaleIsAPowerOfTwoOfReadableLength() {
    for size in [9, 100, 4096, 12_345_678, UInt64.max] {
      let strip = AddressStrip(
        low: Address(0), high: Address(size), regions: [], marks: [], spans: [])
      #expect(strip.scale.nonzeroBitCount == 1)
      #expect(strip.scale <= size / 5 + 1)
    }
  }

  @Test func labelsInOneRowNeverTouch() {
    var rows = LabelRows()
    let placed = [0.0, 0.01, 0.02, 0.5, 0.51, 0.98, 1.0].map { rows.place("stack limit", at: $0) }
    #expect(placed[0] != placed[1] && placed[1] != placed[2] && placed[3] != placed[4])
    #expect(placed[0] == placed[3], "far apart: one row is enough")
  }
}
