package import CrashLabModel

// The parts of a report that tell of more than the fault.

extension TrialText {
  private static let framesOnScreen = (innermost: 12, outermost: 4)
  private static let groupsOnScreen = 8

  func frames(of unwind: UnwindReport) -> String {
    var lines = FrameLines(theme: theme, width: width)
    lines.fullNames = fullNames
    switch detail {
    case .screen:
      (lines.innermost, lines.outermost) = TrialText.framesOnScreen
    case .usual: break
    case .everything: (lines.innermost, lines.outermost) = (Int.max / 2, 0)
    }
    return lines.text(of: unwind) + python(unwind.python ?? [])
  }

  /// `Python`, then a line for each function: `walk tree.py:12   × 1,000`; a round has its lines
  /// bracketed.
  package func python(_ frames: [PythonFrameReport]) -> String {
    if frames.isEmpty { return "" }
    let most = detail == .screen ? 8 : detail == .usual ? 48 : Int.max
    var text = theme.heading("python") + "\n"
    var ofRound = 0
    for frame in frames.prefix(most) {
      let period = frame.period ?? 1
      let times: String
      if period > 1 {
        ofRound += 1
        times =
          ofRound == 1 ? " ┐" : ofRound < period ? " │" : " ┘ × \(grouped(frame.count))"
        if ofRound >= period { ofRound = 0 }
      } else {
        times = frame.count > 1 ? "   × \(grouped(frame.count))" : ""
      }
      let place = " \(lastComponent(frame.file))\(frame.line.map { ":\($0)" } ?? "")"
      let name = shortSymbol(frame.function, width: max(24, width / 2))
      text += "  \(theme.symbol(name))\(theme.faint(place))\(theme.warning(times))\n"
    }
    if frames.count > most {
      let left = frames.dropFirst(most).reduce(0) { $0.plus($1.count) }
      text += theme.faint("  …  \(grouped(left)) more\n")
    }
    return text
  }

  // MARK: - Source

  /// `   42 │ line`, and an arrow at the one that it is about.
  package func excerpt(_ source: SourceExcerpt) -> String {
    let last = source.first.plus(source.lines.count)
    let digits = "\(last)".count
    var text = theme.faint(printable(source.file)) + "\n"
    for (index, line) in source.lines.enumerated() {
      let number = source.first.plus(index)
      let isIt = number == source.line
      let content = printable(line.expandingTabs)
      let room = max(20, width - digits - 5)
      let shown = content.count > room ? content.prefix(room - 1) + "…" : content[...]
      let row = "\(isIt ? "→" : " ") \("\(number)".aligned(to: digits)) │ \(shown)"
      text += (isIt ? theme.heading(row) : theme.faint(row)) + "\n"
    }
    return text
  }

  // MARK: - Registers

  /// `mov 0xa8(%rdi),%rax   rdi 0x0, accesses 0xa8`
  func inWords(_ instruction: Fault.Instruction, of fault: FaultReport) -> String {
    let used = (fault.generalRegisters ?? []).dropLast().filter {
      instruction.text.names(register: $0.name)
    }
    let values = used.map { "\($0.name) \($0.value)" }
    let operand = instruction.operandAddress.map { ["accesses \($0)"] } ?? []
    let facts = (values + operand).joined(separator: ", ")
    return printable(instruction.text) + (facts.isEmpty ? "" : "   (\(facts))")
  }

  func registers(of fault: FaultReport) -> String {
    guard let registers = fault.generalRegisters, !registers.isEmpty else { return "" }
    let stack = registers.first { ["rsp", "sp"].contains($0.name) }?.pointsTo?.owner
    let name = registers.map(\.name.count).max() ?? 0
    let value = registers.map(\.value.description.count).max() ?? 0
    return "\n"
      + registers.map { register in
        let place = register.pointsTo?.inWords(stackPointerIsIn: stack) ?? ""
        let label = register.name.padding(to: name) + "  "
        return place.isEmpty
          ? theme.faint(label) + "\(register.value)\n"
          : hanging(label + register.value.description.padding(to: value) + "  ", place)
      }.joined()
  }

  // MARK: - Threads

  /// A line for threads whose chains are equal; all frames where everything is told.
  func threads(of trial: TrialReport) -> String {
    let groups = EqualThreads.all(in: trial.threads ?? [])
    if groups.isEmpty { return "" }
    let shown = detail == .everything ? groups[...] : groups.prefix(TrialText.groupsOnScreen)
    let others = trial.faults.isEmpty ? "" : "other "
    var text = ""
    if detail != .everything {
      text += "\n" + theme.heading("\(others)threads") + "\n"
    }
    let counts = shown.map { "\(grouped($0.count)) ×".count }.max() ?? 0
    for group in shown {
      let who = group.whose
      if detail == .everything {
        let title =
          group.count == 1
          ? "thread \(group.first.id)\(who)" : "\(grouped(group.count)) threads\(who)"
        text += "\n" + theme.heading("\(others)\(title)") + "\n"
        text += group.first.unwind.map { frames(of: $0) } ?? "not unwound\n"
      } else {
        let label = "\("\(grouped(group.count)) ×".aligned(to: counts))\(who)  "
        text += hanging(label, group.first.unwind.map(chain) ?? "not unwound")
      }
    }
    let left = groups.count - shown.count
    if left > 0 {
      let threads = groups.suffix(left).reduce(0) { $0.plus($1.count) }
      text += theme.faint("…  \(grouped(threads)) threads more, at \(grouped(left)) other places\n")
    }
    return text
  }

  /// Where a thread is, and from which of the user's own functions: `poll ← serve server.c:12`
  private func chain(_ unwind: UnwindReport) -> String {
    guard let innermost = unwind.frames.first else { return "?" }
    func name(_ symbol: String?, _ image: String?) -> String {
      symbol.map { shortSymbol($0, width: max(24, width / 3)) } ?? image.map(lastComponent) ?? "?"
    }
    let top = name(innermost.symbol, innermost.image)
    let own = OwnCode.all(in: unwind.frames).prefix(2).map { own in
      let place =
        own.function.file.map { " \(lastComponent($0)):\(own.function.line ?? 0)" } ?? ""
      return name(own.function.symbol, own.function.image) + place
    }
    if own.first?.hasPrefix(top) == true { return own.joined(separator: " ← ") }
    let outer = unwind.frames.dropFirst().prefix(3).map { name($0.symbol, $0.image) }
    // Frames without names have that of their image, once.
    let names = ([top] + (own.isEmpty ? outer : Array(own))).reduce(into: [String]()) {
      if $0.last != $1 { $0.append($1) }
    }
    return names.joined(separator: " ← ")
  }

  // MARK: - Images

  func images(of trial: TrialReport) -> String {
    let images = trial.images ?? []
    if images.isEmpty { return "" }
    let low = images.map(\.low.description.count).max() ?? 0
    return "\n" + theme.heading("images") + "\n"
      + images.map { image in
        "\(image.low.description.padding(to: low))  \(printable(image.path))"
          + (image.buildId.map { "  \(theme.faint($0))" } ?? "") + "\n"
      }.joined()
  }

  /// What a screen has no room for.
  func more(_ trial: TrialReport) -> String {
    var parts: [String] = []
    if trial.faults.contains(where: { $0.unwind != nil }) || trial.threads?.isEmpty == false {
      parts.append("all frames")
    }
    if trial.faults.contains(where: { $0.generalRegisters != nil }) { parts.append("registers") }
    if trial.images?.isEmpty == false { parts.append("images") }
    return parts.joined(separator: ", ")
  }
}

extension TrialReport {
  var hasMore: Bool {
    faults.contains { $0.unwind != nil } || threads?.isEmpty == false || images?.isEmpty == false
  }
}

extension EqualThreads {
  /// ` 'worker'`, or ` 'worker', 'main'`, or `""` where they have no names.
  fileprivate var whose: String {
    let known = names.filter { !$0.isEmpty }
    if known.isEmpty { return "" }
    let most = 3
    let list = known.prefix(most).map { "'\(printable($0))'" }.joined(separator: ", ")
    return " \(list)" + (known.count > most ? ", …" : "")
  }
}

extension String {
  fileprivate var expandingTabs: String {
    var result = ""
    for character in self {
      if character == "\t" {
        result += String(repeating: " ", count: 4 - result.count % 4)
      } else {
        result.append(character)
      }
    }
    return result
  }

  /// Whether an instruction in AT&T syntax names a register: `%rdi`, not as a part of another name.
  fileprivate func names(register: String) -> Bool {
    guard let range = firstRange(of: "%\(register)") else { return false }
    guard range.upperBound < endIndex else { return true }
    let next = self[range.upperBound]
    return !(next.isLetter || next.isNumber)
  }
}
