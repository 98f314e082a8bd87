internal import CHarness

/// How deep the stack is at every call of a function: its instructions followed along every way.
///
/// Depths are bytes from the canonical frame address (the stack pointer before the call that led here)
/// down to the stack pointer: 8 when a function begins, for the return address.
package struct FunctionFlow {
  package enum Target: Equatable {
    case address(UInt64)
    /// What a word in memory points to, at this address.
    case slot(UInt64)
    case unknown
  }

  package struct Call: Equatable {
    package var site: UInt64
    package var target: Target
    /// From the caller's canonical frame address to the callee's: 0 for a tail call.
    package var depth: Int64
  }

  /// The deepest place that the function uses itself.
  package private(set) var own: Int64 = FunctionFlow.word
  package private(set) var calls: [Call] = []
  /// It moves the stack pointer by what only running tells.
  package private(set) var isDynamic = false
  /// Everything was decoded.
  package private(set) var isComplete = true

  private struct State {
    var depth: Int64
    /// Where the frame pointer points, as a depth; nil until it is set.
    var frame: Int64?

    /// Of two ways that meet the deeper one counts.
    func joined(_ other: State) -> State {
      State(
        depth: max(depth, other.depth),
        frame: frame.map { max($0, other.frame ?? $0) } ?? other.frame)
    }

    func isWithin(_ other: State) -> Bool {
      depth <= other.depth && (frame == nil || other.frame.map { frame! <= $0 } == true)
    }
  }

  private let image: ElfImage
  private let function: CallFrame
  /// The function that holds an address.
  private let holding: (UInt64) -> CallFrame?
  private var states: [UInt64: State] = [:]
  private var visits: [UInt64: Int] = [:]
  private var lengths: [UInt64: Int] = [:]
  private var work: [(UInt64, State)] = []
  private var isGrowing = false
  /// Jumps through a table where no frame is left.
  private var tables: [UInt64] = []
  /// How far below the stack pointer it uses the stack.
  private var below: Int64 = 0
  private var deepest: State

  /// DWARF's numbers.
  private static let stackPointer: UInt8 = 7
  private static let framePointer: UInt8 = 6
  private static let instructionPointer: UInt8 = 16
  private static let word: Int64 = 8
  private static let redZone: Int64 = 128
  /// More is no stack.
  private static let most: Int64 = 1 << 40
  /// How often a place may be found deeper than before: a loop that moves the stack pointer ends.
  private static let mostVisits = 4
  private static let mostInstructions = 1 << 20

  package init(
    _ function: CallFrame, in image: ElfImage, holding: @escaping (UInt64) -> CallFrame?
  ) {
    self.image = image
    self.function = function
    self.holding = holding
    deepest = State(depth: FunctionFlow.word, frame: nil)
    follow(function.address, deepest)
    if !findTheRest() {
      for site in tables { note(Call(site: site, target: .unknown, depth: 0)) }
    }
    if isGrowing { settleLoop() }
  }

  /// Code that is reached by a table of jumps, or by an exception: as deep as anything seen so far.
  ///
  /// - Returns: whether there is any.
  private mutating func findTheRest() -> Bool {
    var isFound = false
    var place = function.address
    let end = function.address &+ function.size
    while place < end {
      if let length = lengths[place] {
        place &+= UInt64(length)
        continue
      }
      var instruction = clab_instruction()
      guard let code = code(at: place),
        clab_instruction_decode(
          code.bindMemory(to: UInt8.self).baseAddress, code.count, &instruction)
      else {
        // Data between code; what is behind it can't be told apart.
        isComplete = false
        return isFound
      }
      if instruction.is_padding {
        place &+= UInt64(instruction.length)
      } else {
        follow(place, deepest)
        if lengths[place] == nil { break }
        isFound = true
      }
    }
    return isFound
  }

  /// gcc's and clang's probes move the stack pointer in a loop, page by page. How far is what the
  /// call-frame information tells, or nobody.
  private mutating func settleLoop() {
    let whole = Int64(clamping: function.largestOffset)
    guard whole > 4096, whole < FunctionFlow.most else {
      isDynamic = true
      return
    }
    own = max(own, whole + below)
    for index in calls.indices where calls[index].depth > FunctionFlow.word {
      calls[index].depth = max(calls[index].depth, whole)
    }
  }

  // MARK: - Following

  private mutating func follow(_ start: UInt64, _ state: State) {
    work.append((start, state))
    while let (place, state) = work.popLast() { walk(place, state) }
  }

  private func code(at place: UInt64) -> UnsafeRawBufferPointer? {
    guard
      let frame = place >= function.address && place < function.address &+ function.size
        ? function : holding(place)
    else { return nil }
    let left = frame.address &+ frame.size &- place
    return image.code(at: place, size: min(left, UInt64(CLAB_LONGEST_INSTRUCTION)))
  }

  /// Until it ends, or comes to where nothing new is to be found.
  private mutating func walk(_ start: UInt64, _ begin: State) {
    var place = start
    var state = begin
    var constant: (register: UInt8, value: Int64)?
    var copy: StackCopy?
    var indexed = 0
    var isDiverted = false
    while true {
      if let known = states[place] {
        if state.isWithin(known) { return }
        state = state.joined(known)
        visits[place, default: 0] += 1
        if visits[place, default: 0] > FunctionFlow.mostVisits {
          isGrowing = true
          return
        }
      }
      guard states.count < FunctionFlow.mostInstructions else {
        isComplete = false
        return
      }
      var instruction = clab_instruction()
      guard let code = code(at: place) else { return }
      guard
        clab_instruction_decode(
          code.bindMemory(to: UInt8.self).baseAddress, code.count, &instruction)
      else {
        isComplete = false
        return
      }
      states[place] = state
      lengths[place] = Int(instruction.length)
      let next = place &+ UInt64(instruction.length)
      touch(instruction, state)
      indexed = isTableRead(instruction) ? 8 : max(0, indexed - 1)
      switch UInt32(instruction.flow) {
      case CLAB_FLOW_CALL.rawValue:
        note(
          Call(site: place, target: target(of: instruction, next), depth: state.depth))
        constant = nil
      case CLAB_FLOW_JUMP.rawValue:
        jump(instruction, at: place, next, state, isTable: indexed > 0)
        return
      case CLAB_FLOW_BRANCH.rawValue:
        jump(instruction, at: place, next, state, isTable: false)
      case CLAB_FLOW_RETURN.rawValue:
        // A retpoline: it goes where a register says.
        if isDiverted { note(Call(site: place, target: .unknown, depth: 0)) }
        return
      default:
        if instruction.is_padding, isTrap(code) { return }
        if overwritesReturnAddress(instruction, state) { isDiverted = true }
        move(instruction, &state, constant, copy)
        if instruction.constant_register != UInt8(CLAB_NO_REGISTER) {
          constant = (instruction.constant_register, instruction.constant)
        }
      }
      copy = StackCopy(instruction, depth: state.depth, before: copy)
      own = max(own, state.depth)
      if state.depth > deepest.depth || deepest.frame == nil {
        deepest = deepest.joined(state)
      }
      // A call at the very end does not come back: what lies behind it is another function.
      if UInt32(instruction.flow) == CLAB_FLOW_CALL.rawValue, isEnd(next, after: place) { return }
      place = next
    }
  }

  /// Whether the part of the function that holds `place` ends before `next`.
  private func isEnd(_ next: UInt64, after place: UInt64) -> Bool {
    let isOwn = place >= function.address && place < function.address &+ function.size
    guard let part = isOwn ? function : holding(place) else { return true }
    return next >= part.address &+ part.size
  }

  private func overwritesReturnAddress(_ instruction: clab_instruction, _ state: State) -> Bool {
    guard instruction.memory_count > 0, !isDynamic else { return false }
    let operand = instruction.memory.0
    return UInt32(operand.access) & CLAB_OPERAND_WRITTEN.rawValue != 0 && !operand.is_implicit
      && operand.segment == 0 && operand.base == FunctionFlow.stackPointer
      && operand.index == UInt8(CLAB_NO_REGISTER)
      && operand.displacement == state.depth - FunctionFlow.word
  }

  /// ud2: nothing comes behind it.
  private func isTrap(_ code: UnsafeRawBufferPointer) -> Bool {
    code.count >= 2 && code[0] == 0x0f && code[1] == 0x0b
  }

  private func isTableRead(_ instruction: clab_instruction) -> Bool {
    instruction.memory_count > 0 && instruction.memory.0.index != UInt8(CLAB_NO_REGISTER)
      && (instruction.memory.0.scale == 4 || instruction.memory.0.scale == 8)
  }

  private func target(of instruction: clab_instruction, _ next: UInt64) -> Target {
    switch UInt32(instruction.target) {
    case CLAB_TARGET_RELATIVE.rawValue:
      return .address(next &+ UInt64(bitPattern: instruction.target_offset))
    case CLAB_TARGET_MEMORY.rawValue
    where instruction.memory_count > 0
      && instruction.memory.0.base == FunctionFlow.instructionPointer
      && instruction.memory.0.index == UInt8(CLAB_NO_REGISTER):
      // The decoder counts from the instruction's beginning.
      let place = next &- UInt64(instruction.length)
      return .slot(place &+ UInt64(bitPattern: instruction.memory.0.displacement))
    default: return .unknown
    }
  }

  private mutating func jump(
    _ instruction: clab_instruction, at place: UInt64, _ next: UInt64, _ state: State,
    isTable: Bool
  ) {
    let target = target(of: instruction, next)
    let isTorn = state.depth <= FunctionFlow.word
    if case .address(let address) = target {
      let isOwn = address >= function.address && address < function.address &+ function.size
      let other = isOwn ? nil : holding(address)
      // With its frame still there it goes on elsewhere: a part that lies apart (.cold).
      if isOwn && (address != function.address || !isTorn)
        || other.map({ !isTorn || $0.address != address }) == true
      {
        work.append((address, state))
        return
      }
    } else if target == .unknown, isTable || !isTorn {
      // A table of places in this function, or of functions.
      if isTorn { tables.append(place) }
      return
    }
    note(Call(site: place, target: target, depth: max(0, state.depth - FunctionFlow.word)))
  }

  private mutating func note(_ call: Call) {
    if let index = calls.lastIndex(where: { $0.site == call.site }) {
      calls[index].depth = max(calls[index].depth, call.depth)
    } else {
      calls.append(call)
    }
  }

  /// What lies below the stack pointer may be used by a function that calls nothing.
  private mutating func touch(_ instruction: clab_instruction, _ state: State) {
    guard instruction.memory_count > 0 else { return }
    let operand = instruction.memory.0
    guard operand.access != 0, operand.segment == 0, operand.displacement < 0 else { return }
    let from: Int64? =
      switch operand.base {
      case FunctionFlow.stackPointer: state.depth
      case FunctionFlow.framePointer: state.frame
      default: nil
      }
    guard let from, operand.displacement > -FunctionFlow.most else { return }
    let place = min(from - operand.displacement, state.depth + FunctionFlow.redZone)
    below = max(below, place - state.depth)
    own = max(own, place)
  }

  private mutating func move(
    _ instruction: clab_instruction, _ state: inout State,
    _ constant: (register: UInt8, value: Int64)?, _ copy: StackCopy?
  ) {
    state.depth += Int64(instruction.pushed)
    if instruction.frame_register == FunctionFlow.framePointer {
      state.frame = StackCopy(instruction, depth: state.depth, before: nil)?.depth
    }
    let delta = instruction.stack_delta
    guard abs(delta) < FunctionFlow.most else {
      isDynamic = true
      return
    }
    switch UInt32(instruction.stack_change) {
    case CLAB_STACK_ADDED.rawValue: state.depth -= delta
    case CLAB_STACK_ALIGNED.rawValue:
      // The canonical frame address is a multiple of 16.
      state.depth = (state.depth + 15) / 16 * 16 + max(0, delta - 16)
    case CLAB_STACK_PLUS.rawValue, CLAB_STACK_MINUS.rawValue:
      guard let constant, constant.register == instruction.stack_register,
        abs(constant.value) < FunctionFlow.most
      else {
        if UInt32(instruction.stack_change) == CLAB_STACK_MINUS.rawValue { isDynamic = true }
        break
      }
      let isDown = UInt32(instruction.stack_change) == CLAB_STACK_MINUS.rawValue
      state.depth += isDown ? constant.value : -constant.value
    case CLAB_STACK_RELATIVE.rawValue:
      if instruction.stack_register == FunctionFlow.framePointer {
        // Unknown is where a part begins that lies apart: it is about to leave.
        state.depth = state.frame.map { $0 - delta } ?? FunctionFlow.word
      } else if let copy, copy.register == instruction.stack_register {
        state.depth = copy.depth - delta
      } else if delta == -FunctionFlow.word {
        state.depth = FunctionFlow.word  // the end of a function that has realigned its frame
      } else {
        // A place that was computed: clang's alloca, or one that was kept.
        isDynamic = true
      }
    case CLAB_STACK_UNKNOWN.rawValue: isDynamic = true
    default: break
    }
    state.depth = min(max(state.depth, 0), FunctionFlow.most)
  }
}
