/// The frames of an unwind as lines of text, in the grammar of Swift's own backtraces:
/// `index address symbol + offset in image at file:line:column`.
struct FrameLines {
  let theme: Theme
  /// Columns of a line.
  let width: Int

  /// So many entries are shown from each end; the rest is in the JSON.
  private static let innermost = 32
  private static let outermost = 16

  func text(of unwind: UnwindReport) -> String {
    let frames = unwind.frames
    let shown =
      frames.count <= FrameLines.innermost + FrameLines.outermost
      ? Array(frames.indices)
      : Array(frames.indices.prefix(FrameLines.innermost))
        + frames.indices.suffix(FrameLines.outermost)
    let layout = Layout(frames, width: width)
    var text = ""
    var last: Int?
    for index in shown {
      if let last {
        text += gap(frames, from: last, to: index)
      }
      text += lines(frames, index, layout)
      last = index
    }
    if let last, let end = frames.last, last == frames.count - 1 {
      let told = end.index + (end.count - 1) * end.period + 1
      if told < unwind.frameCount { text += left(unwind.frameCount - told) }
    }
    return text
  }

  /// Frames between two entries that no entry tells of, and entries that are not shown.
  private func gap(_ frames: [FrameReport], from last: Int, to next: Int) -> String {
    if next > last + 1 {
      return theme.faint("…  \(grouped(next - last - 1)) entries more are in the JSON") + "\n"
    }
    let before = frames[last]
    // A fold of period p ends where its last entry's last frame is.
    let missing = frames[next].index - (before.index + (before.count - 1) * before.period + 1)
    return missing > 0 ? left(missing) : ""
  }

  private func left(_ count: Int) -> String {
    theme.faint("…  \(grouped(count)) frames left out") + "\n"
  }

  /// The widths that all lines have in common.
  private struct Layout {
    var index: Int
    var address: Int
    var isNarrow: Bool

    init(_ frames: [FrameReport], width: Int) {
      isNarrow = width < 100
      address = isNarrow ? 14 : 18
      let single = frames.filter { $0.count == 1 }.map { "\($0.index)".count }.max() ?? 1
      let spilling = frames.filter { $0.count > 1 }.map { $0.range.count }.max() ?? 0
      index = max(single, spilling - address)
    }
  }

  private func lines(_ frames: [FrameReport], _ index: Int, _ layout: Layout) -> String {
    let frame = frames[index]
    let place = frame.count > 1 ? placeInFold(frames, index) : nil
    var text = ""
    for inlined in frame.inlined ?? [] {
      let margin =
        "".padding(to: layout.index) + "  "
        + theme.faint("[inlined]".padding(to: layout.address))
      text +=
        margin + "  "
        + body(
          Body(inlined), room: width - layout.index - layout.address - 4) + "\n"
    }
    let margin =
      switch place {
      case nil:
        "\(frame.index)".padding(to: layout.index) + "  "
          + theme.faint(address(frame.programCounter, layout))
      case .only, .first: frame.range.padding(to: layout.index + 2 + layout.address)
      case .middle, .last: "".padding(to: layout.index + 2 + layout.address)
      }
    let mark =
      switch place {
      case nil: ""
      case .only: "  × \(grouped(frame.count))"
      case .first: " ┐"
      case .middle: " │"
      case .last: " ┘ × \(grouped(frame.count))"
      }
    // The marks of one fold stand below each other.
    let marks = place == nil ? 0 : " ┘ × \(grouped(frame.count))".count
    let room = width - layout.index - layout.address - 4 - marks
    let body = Body(frame)
    let fitted = body.fitted(to: room, theme: theme)
    let padding = place == nil ? 0 : max(0, room - fitted.count)
    text += margin + "  " + fitted.text + "".padding(to: padding) + theme.warning(mark) + "\n"
    return text
  }

  private func body(_ body: Body, room: Int) -> String {
    body.fitted(to: room, theme: theme).text
  }

  private func address(_ address: Address, _ layout: Layout) -> String {
    if layout.isNarrow { return address.description.padding(to: layout.address) }
    let digits = String(address.value, radix: 16)
    return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
  }

  private enum Place { case only, first, middle, last }

  private func placeInFold(_ frames: [FrameReport], _ index: Int) -> Place {
    let frame = frames[index]
    if frame.period <= 1 { return .only }
    func belongs(_ other: Int) -> Bool {
      frames.indices.contains(other) && frames[other].count == frame.count
        && frames[other].period == frame.period
    }
    let before = frames[..<index].reversed().prefix {
      $0.count == frame.count && $0.period == frame.period
    }.count
    switch before % frame.period {
    case 0: return .first
    case frame.period - 1: return .last
    default: return .middle
    }
  }
}

/// What is said of a frame, right of its address.
private struct Body {
  var symbol: String?
  var offset: String
  var image: String?
  var location: String?
  var column: String

  init(_ frame: FrameReport) {
    symbol = frame.symbol
    offset =
      switch frame.offset {
      case nil, 0: ""
      // Into a file as other tools write it, into a function as a person counts.
      case let bytes? where frame.symbol == nil: " + 0x\(String(bytes, radix: 16))"
      case let bytes?: " + \(bytes)"
      }
    image = frame.image.map(lastComponent)
    location = frame.file.map { "\(lastComponent($0)):\(frame.line ?? 0)" }
    column = frame.column.map { ":\($0)" } ?? ""
  }

  init(_ frame: FrameReport.Inlined) {
    symbol = frame.symbol
    offset = ""
    image = nil
    location = frame.file.map { "\(lastComponent($0)):\(frame.line ?? 0)" }
    column = frame.column.map { ":\($0)" } ?? ""
  }

  /// With less and less around the symbol until it has room, or is as short as can be borne.
  func fitted(to room: Int, theme: Theme) -> (text: String, count: Int) {
    guard let symbol else {
      guard let image else { return (theme.faint("?"), 1) }
      return (theme.symbol(image) + offset, image.count + offset.count)
    }
    let place = location.map { " at \($0)" } ?? ""
    let candidates = [
      (image.map { " in \($0)" } ?? "", place + (location == nil ? "" : column)),
      (location == nil ? image.map { " in \($0)" } ?? "" : "", place + column),
      (location == nil ? image.map { " in \($0)" } ?? "" : "", place),
    ]
    let enough = min(symbol.count, 28)
    let (within, at) =
      candidates.first { $0.0.count + $0.1.count + offset.count + enough <= room }
      ?? candidates[2]
    let name = shortSymbol(
      symbol, width: max(16, room - within.count - at.count - offset.count))
    return (
      theme.symbol(name) + offset + within + theme.faint(at),
      name.count + offset.count + within.count + at.count
    )
  }
}

extension FrameReport {
  /// `1..262001`: all frames of the fold that the entry belongs to.
  fileprivate var range: String { "\(index)..\(index + count * period - 1)" }
}
