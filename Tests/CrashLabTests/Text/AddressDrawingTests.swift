import Testing

@testable import CrashLab
@testable import CrashLabText

@Test func drawingIsInOrderAndNamesTheDistances() {
  let drawing = AddressDrawing([
    .init(Address(0x1000), "low end of the guard"),
    .init(Address(0x10_2000), "top"),
    .init(Address(0x2000), "stack limit"),
    .init(Address(0x1ff8), "the write that faulted", isFault: true),
  ])
  let lines = drawing.text().split(separator: "\n")
  #expect(lines.count == 7)
  #expect(lines[0].contains("top"))
  #expect(lines[1].contains("1 MiB"))
  #expect(lines[2].contains("stack limit"))
  #expect(lines[3].contains("8 bytes"))
  #expect(lines[4].contains("◀ the write that faulted"))
  #expect(lines[6].contains("low end of the guard"))
}
