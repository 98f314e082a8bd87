/// What makes two crashes one. Equal for other addresses, depths, threads and builds of the same
/// source; the rules are in the documentation (ReadingAReport).
package struct CrashSignature: Sendable, Equatable {
  /// What kind of crash it was: `overflow`, `null`, `memory`, `abort`, or a signal's name.
  package var kind: String
  /// The file name of the program; "" if it is not known.
  package var program: String
  /// What was said or refused, without its numbers; "" if nothing was.
  package var detail: String
  /// The functions that it is about; in the order of the chain, or sorted where it is a round.
  package var functions: [String]

  package init(kind: String, program: String, detail: String, functions: [String]) {
    self.kind = kind
    self.program = program
    self.detail = detail
    self.functions = functions
  }

  /// So many functions of a chain are looked at: further out the callers of the same mistake differ.
  private static let mostFunctions = 5

  /// Of the first fault, which is the cause. Nil if there is none, or if no function is known.
  package init?(_ result: TrialResult) {
    guard let fault = result.faults.first, !fault.code.isSent || fault.signal == .abrt,
      let unwind = fault.unwind
    else { return nil }
    let functions = CrashSignature.functions(of: fault, unwind)
    guard !functions.isEmpty else { return nil }
    self.init(
      kind: CrashSignature.kind(of: fault),
      program: CrashSignature.program(of: result, unwind),
      detail: CrashSignature.detail(of: fault), functions: functions)
  }

  /// `overflow-descend-1f2e3d4c`: the kind, the first function, and a hash of everything.
  package var text: String {
    let name = (functions.first ?? "").prefix { $0 != "(" && $0 != "<" }
      .map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
    let whole = ([kind, program, detail] + functions).joined(separator: "\u{0}")
    return "\(kind)-\(String(name.suffix(32)))-\(hash(whole))"
  }

  /// The interpreter of a program in Python goes by its name without a version.
  private static func program(of result: TrialResult, _ unwind: UnwindReport) -> String {
    let name = result.command?.first.map(fileName) ?? result.case ?? ""
    let version = name.dropFirst("python".count)
    let isInterpreter =
      name.hasPrefix("python") && version.allSatisfy { $0.isASCII && $0.isNumber || $0 == "." }
    return isInterpreter && unwind.python != nil ? "python" : name
  }

  private static func kind(of fault: Fault) -> String {
    if fault.site.isOverflow { return "overflow" }
    switch fault.site.kind {
    case .nullPage: return "null"
    // Where a wild pointer leads to is chance.
    case .mapping, .unmapped, .otherStack, .ownStack, .nonCanonical: return "memory"
    case .refused: return "refused"
    default:
      return fault.signal == .abrt ? "abort" : fault.signal.description.lowercased()
    }
  }

  private static func detail(of fault: Fault) -> String {
    if let message = fault.abortMessage {
      let parts = [
        message.text.map(withoutNumbers), message.terminate?.rawValue, message.exception?.type,
      ]
      return parts.compactMap { $0 }.joined(separator: " ")
    }
    return fault.refusal?.rawValue ?? ""
  }

  private static func functions(of fault: Fault, _ unwind: UnwindReport) -> [String] {
    let python = unwind.python ?? []
    if fault.site.isOverflow {
      if let recursion = PythonRecursion(filling: unwind, stackSize: fault.site.stackSize) {
        return Array(Set(own(recursion.functions).map(name))).sorted()
          + (recursion.enteredFrom.map { [name($0)] } ?? [])
      }
      if let recursion = unwind.recursion {
        // Which of them came last is chance, and so is where the round is taken to begin.
        return Array(Set(recursion.functions.map { name($0, unwind) })).sorted()
          + (recursion.enteredFrom.map { [name($0, unwind)] } ?? [])
      }
      let eaters = (unwind.stackUse ?? []).filter { ($0.share ?? 0) >= 0.1 && $0.frames > 1 }
        .compactMap(\.symbol)
      if !eaters.isEmpty { return eaters.map(normalised(symbol:)).sorted() }
    }
    // The interpreter is not what has failed: the program is what it ran.
    let native = OwnCode.all(in: unwind.frames).filter { python.isEmpty || !$0.isOfPython }
      .map { name($0.function, unwind) }
    let known = native + own(python).map(name)
    let chain = known.isEmpty ? unwind.frames.map { name(.init($0), unwind) } : known
    return Array(chain.withoutRepetitions.prefix(mostFunctions))
  }

  /// Without those of Python's library, if there are others.
  private static func own(_ python: [PythonFrameReport]) -> [PythonFrameReport] {
    let own = python.filter { !$0.isOfLibrary }
    return own.isEmpty ? python : own
  }

  private static func name(_ frame: PythonFrameReport) -> String {
    "\(fileName(frame.file).filter { $0 != "<" && $0 != ">" }) \(frame.function)"
  }

  /// A function's name; where it has none, its place in its file, which another build does not share.
  private static func name(_ function: UnwindReport.Recursion.Function, _ unwind: UnwindReport)
    -> String
  {
    if let symbol = function.symbol { return normalised(symbol: symbol) }
    let frame = unwind.frames.first { $0.programCounter == function.programCounter }
    return fileName(function.image ?? "") + "+" + (frame?.offset.map { "\($0)" } ?? "?")
  }

  /// Without what a compiler has added: Rust's hash, and the parts that optimizers cut off.
  static func normalised(symbol: String) -> String {
    var name = Substring(symbol)
    if let clone = name.firstRange(of: " [clone ") { name = name[..<clone.lowerBound] }
    if let part = name.firstRange(of: " (.") { name = name[..<part.lowerBound] }
    for suffix in [".cold", ".part.", ".isra.", ".constprop.", ".lto_priv."] {
      if let range = name.firstRange(of: suffix) { name = name[..<range.lowerBound] }
    }
    let hash = name.suffix(19)
    if hash.count == 19, hash.hasPrefix("::h"), hash.dropFirst(3).allSatisfy(\.isHexDigit) {
      name = name.dropLast(19)
    }
    return String(name)
  }
}

private func fileName(_ path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}

/// Numbers, decimal or hexadecimal, become `N`: addresses, lines, sizes.
private func withoutNumbers(_ text: String) -> String {
  var result = ""
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    if !result.isEmpty { result += " " }
    if word.hasPrefix("0x") {
      result += "N"
      continue
    }
    var isNumber = false
    for character in word {
      if character.isNumber {
        if !isNumber { result += "N" }
        isNumber = true
      } else {
        result.append(character)
        isNumber = false
      }
    }
  }
  return result
}

/// FNV-1a, the upper and the lower half together; eight digits.
private func hash(_ text: String) -> String {
  var value: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in text.utf8 {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
  }
  let folded = UInt32(truncatingIfNeeded: value ^ value >> 32)
  let digits = String(folded, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}

extension [String] {
  /// A function that calls itself is one, however often.
  fileprivate var withoutRepetitions: [String] {
    reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }
}
