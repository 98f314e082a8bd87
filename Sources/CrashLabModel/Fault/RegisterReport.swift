/// A general register at a fault, and what it points to.
package struct RegisterReport: Sendable, Equatable, Codable {
  package var name: String
  package var value: Address
  /// Null where nothing is mapped: most likely it is a number.
  @Nullable package var pointsTo: PointerTarget?

  package init(name: String, value: Address, pointsTo: PointerTarget? = nil) {
    self.name = name
    self.value = value
    self.pointsTo = pointsTo
  }
}

/// What lies at an address.
package struct PointerTarget: Sendable, Equatable, Codable {
  package enum Kind: String, Sendable, Codable {
    case stack
    /// Of a stack.
    case `guard`
    /// That the kernel calls `[heap]`.
    case heap
    /// That may be executed.
    case code
    /// Of a program or a library: constants and variables.
    case data
    /// Any other memory.
    case mapping
  }

  package var kind: Kind
  /// Whose stack or guard; null for everything else.
  @Nullable package var owner: FaultSite.Owner?
  /// From the symbol for code that has one, from the stack pointer in the stack in use, from its image's
  /// base in a program or a library, from the lowest address of everything else; in bytes.
  package var offset: Int
  /// Null where there is none, or nobody looked.
  @Nullable package var symbol: String?
  /// What is mapped there: a path, or `anonymous` with its permissions; null for a stack.
  @Nullable package var mapping: String?
  /// The string of C that begins there; null if none does.
  @Nullable package var text: String?

  package init(
    _ kind: Kind, owner: FaultSite.Owner? = nil, offset: Int, symbol: String? = nil,
    mapping: String? = nil, text: String? = nil
  ) {
    self.kind = kind
    self.owner = owner
    self.offset = offset
    self.symbol = symbol
    self.mapping = mapping
    self.text = text
  }
}

extension RegisterReport {
  /// All of a thread's general registers.
  ///
  /// - Parameters:
  ///   - registers: in DWARF's numbering.
  ///   - photograph: of the process.
  ///   - texts: that registers point to, by their numbers.
  package static func all(
    _ registers: [UInt64], stackPointer: Address, in photograph: Photograph,
    texts: [Int: String] = [:]
  ) -> [RegisterReport] {
    zip(RegisterName.all, registers).enumerated().map { number, register in
      let value = Address(register.1)
      return RegisterReport(
        name: register.0, value: value,
        pointsTo: PointerTarget(
          value, stackPointer: stackPointer, in: photograph, text: texts[number]))
    }
  }
}

extension PointerTarget {
  /// Nil if nothing is mapped there.
  package init?(
    _ address: Address, stackPointer: Address, in photograph: Photograph, text: String? = nil
  ) {
    for stack in photograph.stacks {
      let owner = FaultSite.Owner(kind: stack.kind, name: stack.name)
      if stack.guard.low <= address, address < stack.guard.high {
        self.init(.guard, owner: owner, offset: PointerTarget.bytes(from: stack.guard.low, address))
        return
      }
      if stack.contains(address) {
        let start = stack.contains(stackPointer) ? stackPointer : stack.low
        self.init(
          .stack, owner: owner, offset: PointerTarget.bytes(from: start, address), text: text)
        return
      }
    }
    guard let mapping = photograph.mappings.holding(address) else { return nil }
    let image = LoadedImage.holding(address, in: photograph.mappings)
    let kind: Kind =
      if mapping.permissions.contains(.execute) { .code } else if mapping.path == "[heap]" {
        .heap
      } else if image != nil { .data } else {
        .mapping
      }
    self.init(
      kind, offset: PointerTarget.bytes(from: image?.base ?? mapping.low, address),
      mapping: mapping.label, text: text)
  }

  private static func bytes(from start: Address, _ address: Address) -> Int {
    Int(truncatingIfNeeded: address.value &- start.value)
  }
}
