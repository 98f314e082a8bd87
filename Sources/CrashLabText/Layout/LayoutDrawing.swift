package import CrashLabModel

/// One stack as a bar: low addresses left, so that it fills from the right as it grows.
package enum StackBar {
  package static let legend = "│ guard, · never touched, ░ touched, █ in use"

  package static func draw(_ stack: LayoutReport.Stack, columns: Int, largest: Int) -> String {
    let scale = Double(columns) / Double(max(1, largest))
    func cells(_ bytes: Int) -> Int { Int((Double(bytes) * scale).rounded(.up)) }
    let whole = max(1, min(columns, cells(stack.size)))
    let touched = min(whole, cells(stack.touched))
    let inUse = min(touched, cells(stack.inUse ?? 0))
    // Drawn one column wide whatever its size: to scale nobody would see it.
    return (stack.guard.kind == .none ? " " : "│")
      + String(repeating: "·", count: whole - touched)
      + String(repeating: "░", count: touched - inUse) + String(repeating: "█", count: inUse)
  }
}

/// A whole area of stacks on a few lines: the height of a column is how far the fullest stack in it
/// was touched.
package enum StackStrip {
  package static let legend =
    "the fullest stack there, touched ▁ an eighth to █ whole; blank: no stack"
  private static let heights = Array("▁▂▃▄▅▆▇█")

  /// - Parameter stacks: in ascending order.
  package static func draw(
    _ stacks: [LayoutReport.Stack], from low: Address, to high: Address, columns: Int, rows: Int
  ) -> (scale: Int, rows: [String]) {
    let size = max(1, Int(clamping: high.value - low.value))
    let count = max(1, columns * rows)
    let scale = max(1, (size + count - 1) / count)
    var shares = [Double](repeating: -1, count: (size + scale - 1) / scale)
    for stack in stacks where stack.top > low && stack.limit < high && stack.size > 0 {
      let first = Int(clamping: max(stack.limit, low).value - low.value) / scale
      let last = Int(clamping: min(stack.top, high).value - low.value - 1) / scale
      let share = Double(stack.touched) / Double(stack.size)
      for column in first...min(max(first, last), shares.count - 1) {
        shares[column] = max(shares[column], share)
      }
    }
    let cells = shares.map { share in
      share < 0 ? " " : heights[min(heights.count - 1, Int(share * Double(heights.count)))]
    }
    return (
      scale,
      stride(from: 0, to: cells.count, by: columns).map {
        String(cells[$0..<min($0 + columns, cells.count)])
      }
    )
  }
}

/// Stacks of the same size and guard whose names differ by a number only.
package struct StackGroup {
  package var name: String
  package var count: Int
  package var size: Int
  package var `guard`: Guard
  /// Median and most, bytes.
  package var touched: [Int]

  /// The largest group first.
  package static func gather(_ stacks: [LayoutReport.Stack]) -> [StackGroup] {
    struct Key: Hashable {
      package var kind: StackKind
      package var name: String
      package var size: Int
      package var guardSize: Int
      package var guardKind: Guard.Kind
    }
    var groups: [Key: [Int]] = [:]
    for index in stacks.indices {
      let stack = stacks[index]
      let key = Key(
        kind: stack.kind, name: namePattern(LayoutText.name(of: stack)), size: stack.size,
        guardSize: stack.guardSize, guardKind: stack.guard.kind)
      groups[key, default: []].append(index)
    }
    return groups.map { key, members in
      let touched = members.map { stacks[$0].touched }.sorted()
      return StackGroup(
        name: key.name, count: members.count, size: key.size, guard: stacks[members[0]].guard,
        touched: [touched[touched.count / 2], touched.last ?? 0])
    }.sorted { ($1.count, $0.name, $0.size) < ($0.count, $1.name, $1.size) }
  }
}
