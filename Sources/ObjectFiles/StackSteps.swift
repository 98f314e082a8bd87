internal import CrashLabModel

/// How a function moves the stack pointer down, as its instructions say.
///
/// What matters is not the frame but the step: how far the stack pointer goes below the last byte
/// of the stack that was touched. A probed function (`sub $0x1000, %rsp`, `orq $0, (%rsp)`, and
/// so on) has a large frame and small steps; the guard sees each of them.
package struct StackSteps: Equatable {
  /// The largest step, bytes.
  package var largest: Int64 = 0
  /// Bytes from the return address, which is one of them, to the stack pointer after that step.
  package var depth: Int64 = 0
  /// A step of a size that only running tells (alloca, an array of variable length), without probes.
  package var isDynamic = false
  /// Touches the stack where it has just moved to, for no other reason than to touch it.
  package var isProbed = false
  /// Everything was decoded.
  package var isComplete = true

  /// Reads the instructions from first to last, without following jumps. Pure.
  package init(_ code: UnsafeRawBufferPointer) {
    var walk = Walk()
    var next = 0
    while next < code.count {
      guard let instruction = Instruction(code, at: next) else {
        isComplete = false
        break
      }
      walk.take(instruction)
      next += instruction.length
    }
    walk.settle(probedAt: nil)
    largest = walk.largest
    depth = walk.depthOfLargest
    isProbed = walk.isProbed
    isDynamic = walk.isDynamic && !walk.isProbed
  }

  private struct Walk {
    var largest: Int64 = 0
    var depthOfLargest: Int64 = 0
    var isDynamic = false
    var isProbed = false
    /// From the last touched byte down to the stack pointer.
    private var step: Int64 = 0
    /// The return address is on the stack when a function begins.
    private var depth: Int64 = 8
    /// It has just moved down: whether a probe follows is not known yet.
    private var isUnsettled = false
    /// The last constant that was put into a register, and whether a call came after it. It is
    /// believed for three instructions: compilers put them together.
    private var constant: (register: UInt8, value: Int64, called: Bool, age: Int)?

    mutating func take(_ instruction: Instruction) {
      settle(probedAt: isUnsettled ? probe(instruction) : nil)
      touch(instruction)
      constant?.age += 1
      switch (instruction.map, instruction.opcode) {
      case (.one, 0x50...0x57), (.one, 0x68), (.one, 0x6a), (.one, 0x9c): push()
      case (.one, 0x58...0x5f), (.one, 0x8f), (.one, 0x9d): up(8)
      case (.one, 0xff) where instruction.operands.map { $0.reg & 7 } == 6: push()
      case (.one, 0xff) where instruction.operands.map { $0.reg & 7 } == 2: called()
      case (.one, 0xff) where instruction.operands.map { $0.reg & 7 } == 4: leaveBlock()
      case (.one, 0xe8): called()
      case (.one, 0xc3), (.one, 0xc2), (.one, 0xe9), (.one, 0xeb), (.one, 0xc9): leaveBlock()
      case (.one, 0xb8...0xbf):
        constant = (
          instruction.opcode & 7 | (instruction.extendsRegister ? 8 : 0),
          instruction.isWide
            ? instruction.immediate : Int64(UInt32(truncatingIfNeeded: instruction.immediate)),
          false, 0
        )
      case (.one, 0xc7):
        if let operands = instruction.operands, operands.isRegister, let register = operands.base {
          constant = (register, instruction.immediate, false, 0)
        }
      case (.one, 0x81), (.one, 0x83): arithmetic(instruction)
      case (.one, 0x29), (.one, 0x2b), (.one, 0x89), (.one, 0x8b): move(instruction)
      case (.one, 0x8d): address(instruction)
      default: break
      }
    }

    private mutating func down(_ bytes: Int64) {
      // No frame is that large; the sum must not overflow whatever the file says.
      guard bytes > 0, bytes < 1 << 40 else { return }
      step = min(step + bytes, 1 << 40)
      depth = min(depth + bytes, 1 << 40)
      isUnsettled = true
    }

    /// Writes down how far it has moved: to where it is, or to the byte that a probe touches at
    /// once. Any other access may lie on another way through the function, and is not trusted.
    mutating func settle(probedAt displacement: Int64?) {
      guard isUnsettled else { return }
      isUnsettled = false
      let reached = step - (displacement ?? 0)
      if reached > largest {
        largest = reached
        depthOfLargest = depth
      }
    }

    private mutating func up(_ bytes: Int64) {
      guard bytes >= 0, bytes < 1 << 40 else { return }
      step = max(0, step - bytes)
      depth = max(8, depth - bytes)
    }

    private mutating func push() {
      depth = min(depth + 8, 1 << 40)
      step = 0
    }

    private mutating func called() {
      step = 0
      constant?.called = true
    }

    /// What comes next is reached from elsewhere: nothing is known but that it was touched.
    private mutating func leaveBlock() {
      step = 0
      constant = nil
    }

    /// An access through the stack pointer touches what it reaches.
    private mutating func touch(_ instruction: Instruction) {
      guard let operands = instruction.operands, !operands.isRegister, !operands.hasIndex,
        operands.base == Instruction.stackPointer, operands.displacement >= 0,
        // LEA computes, and NOP and PREFETCH do not fault.
        instruction.map != .one || instruction.opcode != 0x8d,
        instruction.map != .escape || !(0x18...0x1f).contains(instruction.opcode)
      else { return }
      step = min(step, Int64(operands.displacement))
      // Clang's loop for a dynamic size touches first and moves then.
      if instruction.map == .one, instruction.opcode == 0x83, instruction.immediate == 0,
        operands.reg & 7 == 1 || operands.reg & 7 == 6
      {
        isProbed = true
      }
    }

    /// Where an instruction touches the stack for no other reason than to touch it: gcc's and
    /// clang's probes, directly behind a move, are OR, XOR or MOV of zero.
    private mutating func probe(_ instruction: Instruction) -> Int64? {
      guard let operands = instruction.operands, !operands.isRegister, !operands.hasIndex,
        operands.base == Instruction.stackPointer, operands.displacement >= 0,
        instruction.map == .one, instruction.immediate == 0
      else { return nil }
      switch instruction.opcode {
      case 0x81, 0x83: if operands.reg & 7 != 1 && operands.reg & 7 != 6 { return nil }
      case 0xc7: break
      default: return nil
      }
      isProbed = true
      return Int64(operands.displacement)
    }

    private mutating func arithmetic(_ instruction: Instruction) {
      guard let operands = instruction.operands, operands.isRegister,
        operands.base == Instruction.stackPointer, instruction.isWide
      else { return }
      let immediate = instruction.immediate
      switch operands.reg & 7 {
      case 5: immediate >= 0 ? down(immediate) : up(0 &- immediate)
      case 0: immediate >= 0 ? up(immediate) : down(0 &- immediate)
      // Alignment moves it down by less than the alignment.
      case 4 where immediate < -16 && immediate > -(1 << 30): down(0 &- immediate &- 1)
      default: break
      }
    }

    private mutating func move(_ instruction: Instruction) {
      guard let operands = instruction.operands, operands.isRegister, instruction.isWide,
        let base = operands.base
      else { return }
      let isStore = instruction.opcode == 0x29 || instruction.opcode == 0x89
      let (target, source) = isStore ? (base, operands.reg) : (operands.reg, base)
      guard target == Instruction.stackPointer, source != target else { return }
      if instruction.opcode == 0x89 || instruction.opcode == 0x8b {
        // From the frame pointer: the end of the function.
        if source == Instruction.framePointer { leaveBlock() } else { isDynamic = true }
        return
      }
      guard let constant, constant.register == source, constant.age <= 3 else {
        isDynamic = true
        return
      }
      // `mov $size, %eax; call __rust_probestack; sub %rax, %rsp`: the call has touched it all.
      if constant.called {
        isProbed = true
        depth = min(depth + max(0, min(constant.value, 1 << 40)), 1 << 40)
      } else {
        down(constant.value)
      }
    }

    private mutating func address(_ instruction: Instruction) {
      guard let operands = instruction.operands, operands.reg == Instruction.stackPointer else {
        return
      }
      if operands.base == Instruction.stackPointer, !operands.hasIndex {
        let by = Int64(operands.displacement)
        by < 0 ? down(0 &- by) : up(by)
      } else {
        leaveBlock()
      }
    }
  }
}
