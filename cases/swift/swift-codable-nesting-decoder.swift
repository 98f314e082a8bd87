import CrashLab
import FoundationEssentials

let swiftCodableNestingDecoder = CrashCase(
  "swift-codable-nesting-decoder", "JSON nested 100,000 deep through Foundation's decoder.",
  lesson: """
    Foundation's scanner recurses too, but it counts the levels: beyond 512 it throws. Bad input \
    becomes an error that can be handled instead of a crash.
    """,
  expect: .survives(counters: ["errors thrown": 1...1, "deepest accepted": 512...512])
) { child in
  child.thread("decoder", stackSize: 8 << 20) {
    func decodes(_ depth: Int) -> Bool {
      let json = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      return (try? JSONDecoder().decode(Nest.self, from: Data(json.utf8))) != nil
    }
    if !decodes(100_000) { child.note("errors thrown", 1) }
    var deepest = 0
    for depth in 500...520 where decodes(depth) { deepest = depth }
    child.note("deepest accepted", deepest)
  }
}

/// Arrays within arrays. Decodes no more than the outermost: the nesting is the scanner's concern.
private struct Nest: Decodable {
  init(from decoder: any Decoder) throws { _ = try decoder.unkeyedContainer() }
}
