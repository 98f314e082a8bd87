internal import CHarness

/// How a function moves the stack pointer down, as its instructions say.
///
/// What matters is not the frame but the step: how far the stack pointer goes below the last byte
/// of the stack that was touched. A probed function (`sub $0x1000, %rsp`, `orq $0, (%rsp)`, and
/// so on) has a large frame and small steps; the guard sees each of them.
package struct StackSteps: Equatable {
  /// The largest step, bytes.
  package var largest: Int64 = 0
  /// Bytes from what the call left on the stack, which is part of them, to the stack pointer after
  /// that step.
  package var depth: Int64 = 0
  /// A step of a size that only running tells (alloca, an array of variable length), without probes.
  package var isDynamic = false
  /// Touches the stack where it has just moved to, for no other reason than to touch it.
  package var isProbed = false
  /// Everything was decoded.
  package var isComplete = true

  /// Reads the instructions from first to last, without following jumps. Pure.
  package init(_ code: UnsafeRawBufferPointer, of processor: Processor) {
    var walk = Walk(processor)
    var next = 0
    var instruction = clab_instruction()
    while next < code.count {
      guard processor.skim(UnsafeRawBufferPointer(rebasing: code[next...]), &instruction) else {
        isComplete = false
        break
      }
      walk.take(instruction)
      next += Int(instruction.length)
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
    private let processor: Processor
    private var depth: Int64
    /// Where the frame pointer points, as a depth; nil until it is set.
    private var frameDepth: Int64?
    /// It has just moved down: whether a probe follows is not known yet.
    private var isUnsettled = false
    /// The last constant that was put into a register, and whether a call came after it. It is
    /// believed for three instructions: compilers put them together.
    private var constant: (register: UInt8, value: Int64, called: Bool, age: Int)?
    private var copy: StackCopy?

    init(_ processor: Processor) {
      self.processor = processor
      depth = processor.pushedByCall
    }

    mutating func take(_ instruction: clab_instruction) {
      // It stands between a move and its probe in clang's loops.
      if instruction.compares_stack { return }
      settle(probedAt: isUnsettled ? probe(instruction) : nil)
      touch(instruction)
      constant?.age += 1
      switch UInt32(instruction.flow) {
      case CLAB_FLOW_CALL.rawValue: return called()
      case CLAB_FLOW_JUMP.rawValue, CLAB_FLOW_RETURN.rawValue: return leaveBlock()
      default: break
      }
      if instruction.pushed > 0 { push(Int64(instruction.pushed)) }
      note(instruction)
      move(instruction)
      copy = StackCopy(instruction, depth: depth, before: copy)
      // A store that moves the stack pointer to what it writes (aarch64).
      if instruction.memory_count > 0, instruction.stack_delta < 0,
        instruction.memory.0.base == processor.stackPointer,
        instruction.memory.0.displacement == instruction.stack_delta
      {
        settle(probedAt: nil)
        step = 0
      }
    }

    /// The frame pointer and constants.
    private mutating func note(_ instruction: clab_instruction) {
      if instruction.frame_register == processor.framePointer {
        let isOfStack = instruction.frame_base == UInt8(CLAB_NO_REGISTER)
        frameDepth = isOfStack ? depth - instruction.frame_offset : nil
      }
      let register = instruction.constant_register
      guard register != UInt8(CLAB_NO_REGISTER) else { return }
      if instruction.constant_kept == 0 {
        constant = (register, instruction.constant, false, 0)
      } else if let known = constant, known.register == register {
        let kept = known.value & Int64(bitPattern: instruction.constant_kept)
        constant = (register, kept | instruction.constant, false, 0)
      }
    }

    private mutating func move(_ instruction: clab_instruction) {
      let delta = instruction.stack_delta
      switch UInt32(instruction.stack_change) {
      case CLAB_STACK_ADDED.rawValue: add(delta)
      // Alignment moves it down by less than the alignment; it is a multiple of a word before.
      case CLAB_STACK_ALIGNED.rawValue:
        if instruction.stack_register != UInt8(CLAB_NO_REGISTER) {
          become(instruction.stack_register, plus: 0)
        }
        down(delta - processor.stackAlignment)
      case CLAB_STACK_PLUS.rawValue: add(instruction.stack_register, times: 1)
      case CLAB_STACK_MINUS.rawValue: add(instruction.stack_register, times: -1)
      case CLAB_STACK_RELATIVE.rawValue: become(instruction.stack_register, plus: delta)
      case CLAB_STACK_UNKNOWN.rawValue: leaveBlock()
      default: break
      }
    }

    private mutating func add(_ bytes: Int64) {
      bytes < 0 ? down(0 &- bytes) : up(bytes)
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
      depth = max(processor.pushedByCall, depth - bytes)
    }

    private mutating func push(_ bytes: Int64) {
      depth = min(depth + bytes, 1 << 40)
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

    /// Where an access lies above the stack pointer; nil if it does not, as far as is known.
    private func place(of operand: clab_memory_operand) -> Int64? {
      operand.access != 0 && !operand.is_implicit && operand.segment == 0
        && operand.base == processor.stackPointer
        && operand.index == UInt8(CLAB_NO_REGISTER) && operand.displacement >= 0
        ? operand.displacement : nil
    }

    /// An access through the stack pointer touches what it reaches.
    private mutating func touch(_ instruction: clab_instruction) {
      guard instruction.memory_count > 0, let place = place(of: instruction.memory.0) else {
        return
      }
      step = min(step, place)
      // Clang's loop for a dynamic size touches first and moves then.
      if instruction.is_probe,
        UInt32(instruction.memory.0.access) & CLAB_OPERAND_READ.rawValue != 0
      {
        isProbed = true
      }
    }

    /// Where an instruction touches the stack for no other reason than to touch it: gcc's and
    /// clang's probes, directly behind a move, are OR, XOR or MOV of zero.
    private mutating func probe(_ instruction: clab_instruction) -> Int64? {
      guard instruction.is_probe, instruction.memory_count > 0,
        let place = place(of: instruction.memory.0)
      else { return nil }
      isProbed = true
      return place
    }

    /// Adds a register: only a constant that was just put there is known.
    private mutating func add(_ register: UInt8, times sign: Int64) {
      guard let constant, constant.register == register, constant.age <= 3 else {
        isDynamic = true
        return
      }
      let bytes = constant.value.multipliedReportingOverflow(by: sign)
      guard !bytes.overflow else { return }
      // `mov $size, %eax; call __rust_probestack; sub %rax, %rsp`: the call has touched it all.
      if constant.called, bytes.partialValue < 0 {
        isProbed = true
        depth = min(depth - max(bytes.partialValue, -(1 << 40)), 1 << 40)
      } else {
        add(bytes.partialValue)
      }
    }

    /// `mov` and `lea` from another register.
    private mutating func become(_ register: UInt8, plus delta: Int64) {
      if register == processor.framePointer, let frameDepth, abs(delta) < 1 << 40 {
        add(depth - (frameDepth - delta))
      } else if let copy, copy.register == register, abs(delta) < 1 << 40 {
        add(depth - (copy.depth - delta))
      } else if register == processor.framePointer || delta != 0 {
        leaveBlock()  // the end of a function that has realigned its frame
      } else {
        isDynamic = true
      }
    }
  }
}
