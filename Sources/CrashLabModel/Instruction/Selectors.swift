/// What a far jump, call or return would load. The processor looks at it before the address.
package struct Selectors: Sendable, Equatable {
  package var code: UInt16
  /// Of the return from an interrupt; 0 otherwise.
  package var stack: UInt16

  package init(code: UInt16, stack: UInt16 = 0) {
    self.code = code
    self.stack = stack
  }

  /// Why it was refused, with these selectors and this address behind them. Pure.
  ///
  /// - Parameter operand: where they lie.
  func cause(target: Address?, operand: Address?) -> RefusalCause {
    switch code {
    case Selectors.code64:
      if let target, !target.isCanonical { return .nonCanonical(target) }
    // The address lies behind the segment's end, or something else is wrong.
    case Selectors.code32: return .unknown
    default: return .refused(.badSelector, operand: operand)
    }
    return stack == 0 || stack == Selectors.data
      ? .unknown : .refused(.badSelector, operand: operand)
  }

  // arch/x86/include/asm/segment.h: __USER_CS, __USER32_CS, __USER_DS
  private static let code64: UInt16 = 0x33
  private static let code32: UInt16 = 0x23
  private static let data: UInt16 = 0x2b
}
