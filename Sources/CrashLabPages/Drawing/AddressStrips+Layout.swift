internal import CrashLab
internal import CrashLabText

extension AddressStrip {
  /// All addresses that a process can have, then the part in the middle where libraries and threads'
  /// stacks lie.
  static func wholeSpace(of layout: LayoutReport) -> [AddressStrip] {
    let picture = LayoutPicture(layout)
    guard let highest = picture.regions.map(\.high).max(), let middle = picture.middle else {
      return []
    }
    var whole = AddressStrip(
      low: Address(0), high: Address(powerOfTwo(from: highest.value)), regions: picture.regions,
      marks: picture.landmarks, spans: picture.gaps)
    for index in whole.regions.indices { whole.regions[index].label = "" }
    return [whole, picture.strip(middle)]
  }

  /// Where threads' stacks lie, then two neighbours, then the guard between them. Empty with one
  /// thread.
  static func downToTheGuard(in layout: LayoutReport) -> [AddressStrip] {
    let picture = LayoutPicture(layout)
    guard let middle = picture.middle, let upper = picture.upperNeighbour else { return [] }
    let room = UInt64(clamping: max(4096, upper.guardSize)) * 4
    let lowest = upper.below.map { upper.limit.lowered(by: UInt64(clamping: $0.distance)) }
    let pair =
      (lowest ?? upper.guard.low).lowered(by: UInt64(clamping: upper.size))...upper.top
    var close = picture.strip(upper.limit.lowered(by: room)...upper.limit.raised(by: room))
    close.marks = [Mark(address: upper.limit, style: "limit", label: "stack limit")]
    close.spans = [
      Span(
        low: upper.guard.low, high: upper.limit, label: "guard \(bytesInWords(upper.guardSize))")
    ]
    return [picture.strip(middle), picture.strip(pair), close]
  }

  /// The main stack: what is mapped of it, what its limit permits, and the gap below.
  static func mainStack(of layout: LayoutReport) -> [AddressStrip] {
    guard let stack = layout.stacks.first(where: { $0.kind == .main }), stack.size > 0,
      let mapped = layout.areas.first(where: { $0.kind == .mainStack })
    else { return [] }
    let low = min(stack.guard.low, stack.limit)
    return [
      AddressStrip(
        low: low.lowered(by: UInt64(clamping: stack.size / 8)), high: stack.top,
        regions: [
          Region(low: stack.guard.low, high: stack.limit, style: "guard", label: "gap"),
          Region(low: mapped.low, high: stack.top, style: "stack", label: "mapped so far"),
        ],
        marks: [Mark(address: stack.limit, style: "limit", label: "soft limit")],
        spans: [
          Span(low: stack.limit, high: stack.top, label: bytesInWords(stack.size)),
          Span(
            low: mapped.low, high: stack.top,
            label: bytesInWords(Int(clamping: stack.top.value - mapped.low.value))),
        ])
    ]
  }

  private static func powerOfTwo(from address: UInt64) -> UInt64 {
    let zeros = max(1, address.leadingZeroBitCount)
    return 1 << UInt64(UInt64.bitWidth - zeros)
  }
}

/// What there is to draw of a layout.
private struct LayoutPicture {
  let layout: LayoutReport
  /// The areas, and over them the stacks and their guards.
  let regions: [AddressStrip.Region]
  private let areas: [AddressArea]

  init(_ layout: LayoutReport) {
    self.layout = layout
    // The legacy vsyscall page lies among the kernel's own addresses.
    areas = AddressArea.coarse(layout.areas).filter { $0.low < $0.high && $0.low.value >> 63 == 0 }
    let stacks = layout.stacks.filter { $0.kind == .thread }.enumerated()
    regions =
      areas.filter { $0.kind != .stacks }.map {
        AddressStrip.Region(
          low: $0.low, high: $0.high, style: $0.kind == .mainStack ? "stack" : "mapping",
          label: $0.nameOnDrawing)
      }
      + stacks.flatMap { index, stack in
        [
          AddressStrip.Region(
            low: stack.limit, high: stack.top, style: index % 2 == 0 ? "stack" : "neighbour",
            label: stack.size > 0 ? "thread's stack" : ""),
          AddressStrip.Region(
            low: stack.guard.low, high: stack.limit, style: "guard", label: ""),
        ]
      }
  }

  private var threads: [LayoutReport.Stack] { layout.stacks.filter { $0.kind == .thread } }

  /// From the lowest thread's stack or library to the highest, the heap and the main stack left out.
  var middle: ClosedRange<Address>? {
    let low = areas.first { $0.kind == .heap } ?? areas.first { $0.kind == .program }
    let below = low?.high ?? Address(0)
    let above = areas.first { $0.kind == .mainStack }?.low ?? Address(.max)
    let inside = areas.filter { $0.low >= below && $0.high <= above }
    // Near the main stack lie the kernel's own pages, far from all others.
    guard let libraries = inside.max(by: { $0.mapped < $1.mapped }) else { return nil }
    let near = inside.filter {
      $0.high.raised(by: 1 << 30) > libraries.low && $0.low < libraries.high.raised(by: 1 << 30)
    }
    guard let low = near.map(\.low).min(), let high = near.map(\.high).max() else { return nil }
    let room = (high.value - low.value) / 50
    return low.lowered(by: room)...high.raised(by: room)
  }

  /// A strip with the runs of stacks measured.
  func strip(_ range: ClosedRange<Address>) -> AddressStrip {
    let size = range.upperBound.value - range.lowerBound.value
    var strip = AddressStrip(
      low: range.lowerBound, high: range.upperBound, regions: regions, marks: [], spans: [])
    // Too many names are none.
    let wide = threads.filter { UInt64(clamping: $0.size) > size / 5 }
    if wide.isEmpty {
      for index in strip.regions.indices where strip.regions[index].label == "thread's stack" {
        strip.regions[index].label = ""
      }
    }
    strip.spans = runs.filter { $0.high.value - $0.low.value <= size }
    return strip
  }

  /// Stacks with nothing but guards between them.
  private var runs: [AddressStrip.Span] {
    var runs: [(low: Address, high: Address, count: Int)] = []
    for stack in threads {
      if let last = runs.last, stack.guard.low <= last.high {
        runs[runs.count - 1] = (last.low, stack.top, last.count + 1)
      } else {
        runs.append((stack.guard.low, stack.top, 1))
      }
    }
    return runs.map { low, high, count in
      let size = bytesInWords(Int(clamping: high.value - low.value))
      return AddressStrip.Span(
        low: low, high: high, label: count == 1 ? "1 stack" : "\(counted(count, "stack")), \(size)")
    }
  }

  /// A stack that lies right above another, or at least has a guard.
  var upperNeighbour: LayoutReport.Stack? {
    let guarded = threads.filter { $0.guard.kind != .none && $0.guardSize > 0 }
    return guarded.last { $0.below?.kind == .stack && $0.below?.distance == $0.guardSize }
      ?? guarded.last
  }

  /// Where each kind of thing begins.
  var landmarks: [AddressStrip.Mark] {
    let kinds: [(AddressArea.Kind, String)] = [
      (.program, "program"), (.heap, "heap"), (.libraries, "libraries"),
      (.mainStack, "main stack"),
    ]
    var marks = kinds.compactMap { kind, label in
      areas.first { $0.kind == kind }.map {
        AddressStrip.Mark(address: $0.low, style: "limit", label: label)
      }
    }
    if let first = threads.first {
      let label = threads.count == 1 ? "thread's stack" : "\(threads.count) threads' stacks"
      marks.append(AddressStrip.Mark(address: first.limit, style: "pointer", label: label))
    }
    return marks
  }

  /// What lies between heap and libraries, and below the program: nothing.
  var gaps: [AddressStrip.Span] {
    var spans: [AddressStrip.Span] = []
    var end = Address(0)
    for area in areas {
      if area.low.value > end.value, area.low.value - end.value > 1 << 42 {
        let size = Int(clamping: area.low.value - end.value)
        spans.append(
          AddressStrip.Span(low: end, high: area.low, label: "\(bytesInWords(size)) of nothing"))
      }
      end = max(end, area.high)
    }
    return spans
  }
}

extension AddressArea {
  fileprivate var nameOnDrawing: String {
    switch kind {
    case .program: "program"
    case .heap: "heap"
    case .stacks: "stacks"
    case .mainStack: "main stack"
    case .libraries: "libraries"
    case .files: "file"
    case .anonymous: "other memory"
    case .kernel: "kernel's pages"
    }
  }
}
