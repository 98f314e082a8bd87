package import CrashLabModel

/// The frames of an unwind as lines of text, in the grammar of Swift's own backtraces:
/// `index address symbol + offset in image at file:line:column`.
package struct FrameLines {
  package let theme: Theme
  /// Columns of a line.
  package let width: Int
  /// So many entries are shown from each end; the rest is in the JSON.
  package var innermost = 32
  package var outermost = 16
  /// Names are not shortened to fit a line.
  package var fullNames = false

  package init(theme: Theme, width: Int) {
    self.theme = theme
    self.width = width
  }

  package func text(of unwind: UnwindReport) -> String {
    let frames = unwind.frames
    let shown =
      frames.count <= innermost.plus(outermost).plus(1)
      ? Array(frames.indices)
      : Array(frames.indices.prefix(innermost))
        + frames.indices.suffix(outermost)
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
      let told = end.lastIndex.plus(1)
      if told < unwind.frameCount {
        text += left(unwind.frameCount.plus(0 &- told))
      } else if !unwind.complete {
        text += theme.faint("…  what called this is not known") + "\n"
      }
    }
    return text
  }

  /// Frames between two entries that no entry tells of, and entries that are not shown.
  private func gap(_ frames: [UnwindReport.Frame], from last: Int, to next: Int) -> String {
    if next > last + 1 {
      return theme.faint("…  \(grouped(next - last - 1)) entries more are in the JSON") + "\n"
    }
    let missing = frames[next].index.plus(0 &- frames[last].lastIndex).plus(-1)
    return missing > 0 ? left(missing) : ""
  }

  private func left(_ count: Int) -> String {
    theme.faint("…  \(grouped(count)) frames left out") + "\n"
  }

  /// The widths that all lines have in common.
  private struct Layout {
    let index: Int
    let address: Int
    let isNarrow: Bool
    /// Of what stands right of the address.
    let body: Int
    /// Of the marks that say how often a fold repeats.
    let mark: Int

    init(_ frames: [UnwindReport.Frame], width: Int) {
      isNarrow = width < 100
      address = isNarrow ? 14 : 18
      let single = frames.filter { $0.count == 1 }.map { "\($0.index)".count }.max() ?? 1
      let spilling = frames.filter { $0.count > 1 }.map { $0.range.count }.max() ?? 0
      index = max(single, spilling - address)
      body = width - index - address - 4
      mark = frames.filter { $0.count > 1 }.map { " ┘ × \(grouped($0.count))".count }.max() ?? 0
    }
  }

  private func lines(_ frames: [UnwindReport.Frame], _ index: Int, _ layout: Layout) -> String {
    let frame = frames[index]
    let place = frame.count > 1 ? placeInFold(frames, index) : nil
    var text = ""
    for inlined in frame.inlined ?? [] {
      text += String(repeating: " ", count: layout.index + 2)
      text += theme.faint("[inlined]".padding(to: layout.address)) + "  "
      text += Body(inlined).fitted(to: layout.body, theme: theme, isFull: fullNames).text + "\n"
    }
    guard let place else {
      text += "\(frame.index)".padding(to: layout.index) + "  "
      text += theme.faint(address(frame.programCounter, layout)) + "  "
      return text + Body(frame).fitted(to: layout.body, theme: theme, isFull: fullNames).text + "\n"
    }
    let isFirst = place == .only || place == .first
    text += (isFirst ? frame.range : "").padding(to: layout.index + 2 + layout.address) + "  "
    let body = Body(frame).fitted(to: layout.body - layout.mark, theme: theme, isFull: fullNames)
    let column = foldWidth(frames, index, layout)
    text += body.text + String(repeating: " ", count: max(0, column - body.count))
    return text + theme.warning(mark(place, count: frame.count)) + "\n"
  }

  private func mark(_ place: Place, count: Int) -> String {
    switch place {
    case .only: "   × \(grouped(count))"
    case .first: " ┐"
    case .middle: " │"
    case .last: " ┘ × \(grouped(count))"
    }
  }

  /// The marks of one fold stand below each other, right of its longest line.
  private func foldWidth(_ frames: [UnwindReport.Frame], _ index: Int, _ layout: Layout) -> Int {
    let fold = frames.filter {
      $0.count == frames[index].count && $0.period == frames[index].period
    }
    return fold.map {
      Body($0).fitted(to: layout.body - layout.mark, theme: .plain, isFull: fullNames).count
    }.max() ?? 0
  }

  private func address(_ address: Address, _ layout: Layout) -> String {
    if layout.isNarrow { return address.description.padding(to: layout.address) }
    let digits = String(address.value, radix: 16)
    return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
  }

  private enum Place { case only, first, middle, last }

  private func placeInFold(_ frames: [UnwindReport.Frame], _ index: Int) -> Place {
    let frame = frames[index]
    if frame.period <= 1 { return .only }
    let before = frames[..<index].reversed().prefix {
      $0.count == frame.count && $0.period == frame.period
    }.count
    switch before % frame.period {
    case 0: return .first
    case frame.period &- 1: return .last
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

  init(_ frame: UnwindReport.Frame) {
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

  init(_ frame: UnwindReport.Frame.Inlined) {
    symbol = frame.symbol
    offset = ""
    image = nil
    location = frame.file.map { "\(lastComponent($0)):\(frame.line ?? 0)" }
    column = frame.column.map { ":\($0)" } ?? ""
  }

  /// With less and less around the symbol until it has room, or is as short as can be borne.
  ///
  /// - Parameter isFull: nothing is left out, however long it is.
  func fitted(to room: Int, theme: Theme, isFull: Bool) -> (text: String, count: Int) {
    guard let symbol else {
      guard let image else { return (theme.faint("?"), 1) }
      return (theme.symbol(image) + offset, image.count + offset.count)
    }
    let place = location.map { " at \($0)" } ?? ""
    if isFull {
      let name = printable(symbol)
      let after = offset + (image.map { " in \($0)" } ?? "")
      let at = place + column
      return (
        theme.symbol(name) + after + theme.faint(at), name.count + after.count + at.count
      )
    }
    let within = image.map { " in \($0)" } ?? ""
    // Where there is no place in a source, the image is what tells where it is.
    let always = location == nil ? within : ""
    let around = [
      (offset + within, place + column), (offset + always, place + column),
      (offset + always, place), (always, place),
    ]
    let enough = min(symbol.count, 28)
    let least = min(symbol.count, 16)
    let (after, at) =
      around.first { $0.0.count + $0.1.count + enough <= room }
      ?? around.first { $0.0.count + $0.1.count + least <= room }
      ?? (always, shortened(place, to: max(8, room - least - always.count)))
    let name = shortSymbol(symbol, width: max(least, room - after.count - at.count))
    return (
      theme.symbol(name) + after + theme.faint(at), name.count + after.count + at.count
    )
  }
}

extension UnwindReport.Frame {
  /// Of the last frame that the entry tells of.
  fileprivate var lastIndex: Int { index.plus((count &- 1).times(period)) }

  /// `1..262001`: all frames of the fold that the entry begins.
  fileprivate var range: String { "\(index)..\(lastIndex.plus(period - 1))" }
}
