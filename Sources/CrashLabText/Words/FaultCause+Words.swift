package import CrashLabModel

extension FaultCause {
  /// The end of a sentence: `member at offset 0xa8 of a null pointer (rdi)`.
  package var inWords: String {
    let held = register.map { " (\($0))" } ?? ""
    switch kind {
    case .nullMember:
      let sign = (offset ?? 0) < 0 ? "-" : ""
      let bytes = String((offset ?? 0).magnitude, radix: 16)
      return "member at offset \(sign)0x\(bytes) of a null pointer\(held)"
    case .nullCall: return "call of a null function pointer"
    case .textPointer:
      return "the pointer\(held) holds the text \(quoted(text ?? ""))"
    case .returnAddressOverwritten:
      let what = text.map { "the text \(quoted($0))" } ?? pointer.description
      return "return address overwritten with \(what)"
    case .restorerMissing:
      return "a signal handler returned there: its action's sa_restorer leads to no code"
    case .returnedToNoCode:
      return "a function returned there: its return address was overwritten, or the code is gone"
    }
  }
}

extension PointerTarget {
  /// `stack of the main thread, sp + 24`
  package func inWords(stackPointerIsIn stack: FaultSite.Owner?) -> String {
    let place: String
    switch kind {
    case .stack:
      let whose = owner?.inWords ?? "a thread"
      place =
        owner == stack
        ? "stack, sp \(offset < 0 ? "-" : "+") \(grouped(abs(offset)))"
        : "stack of \(whose) + \(grouped(offset))"
    case .guard: place = "guard of \(owner?.inWords ?? "a stack") + \(grouped(offset))"
    case .heap: place = "heap + \(grouped(offset))"
    case .code, .data, .mapping:
      place =
        symbol.map { offset == 0 ? printable($0) : "\(printable($0)) + \(grouped(offset))" }
        ?? "\(lastComponent(mapping ?? "")) + 0x\(String(offset, radix: 16))"
    }
    return place + (text.map { ": \(quoted($0))" } ?? "")
  }
}

/// In double quotes; what a terminal could not show is escaped.
package func quoted(_ text: String) -> String { "\"\(printable(text))\"" }
