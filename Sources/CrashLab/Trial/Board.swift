internal import CHarness
internal import CrashLabModel

/// The memory that the laboratory shares with one child. The child may write anything into it: what
/// is read here is bounded and copied.
final class Board {
  let memory: OpaquePointer
  /// The memory as a file, for a child that is executed again.
  let descriptor: CInt

  init() throws(SystemError) {
    var descriptor: CInt = -1
    guard let memory = clab_board_create(&descriptor) else {
      throw SystemError(String(cString: clab_refused_call()), "for a board")
    }
    self.memory = memory
    self.descriptor = descriptor
  }

  deinit { clab_board_destroy(memory, descriptor) }

  func reset() { clab_board_reset(memory) }

  /// The bystanders' counters.
  func beats() -> [UInt64] {
    [UInt64](unsafeUninitializedCapacity: Int(clab_board_bystanders(memory))) { buffer, count in
      count = Int(clab_board_beats(memory, buffer.baseAddress, UInt32(buffer.count)))
    }
  }

  /// Asks every bystander for a beat; returns how many threads were waiting for it.
  @discardableResult
  func ring() -> Int { Int(clab_board_ring(memory)) }

  var lastBeat: UInt64 { clab_board_last_beat(memory) }
  var armedAt: UInt64 { clab_board_armed_at(memory) }
  func isArmed(with what: clab_armed) -> Bool { clab_board_armed(memory) & what.rawValue != 0 }
  var handlerEntries: Int { Int(clab_board_handler_entries(memory)) }

  var reason: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CLAB_REASON_SIZE)) {
      clab_board_reason(memory, $0.baseAddress)
      return String(cString: $0.baseAddress!)
    }
  }

  func stackClaims() -> [StackRegion.Claim] {
    var claims: [StackRegion.Claim] = []
    var note = clab_stack_note()
    while clab_board_stack(memory, UInt32(claims.count), &note) {
      claims.append(StackRegion.Claim(note))
    }
    return claims
  }

  func corruption() -> [Corruption] {
    var found: [Corruption] = []
    var note = clab_canary_note()
    var index: UInt32 = 0
    while clab_board_canary(memory, index, &note) {
      index += 1
      if note.bytes_changed > 0 { found.append(Corruption(note)) }
    }
    return found
  }

  func counters() -> [String: Int] {
    var counters: [String: Int] = [:]
    var note = clab_counter_note()
    var index: UInt32 = 0
    while clab_board_counter(memory, index, &note) {
      index += 1
      counters[text(of: note.name)] = Int(note.value)
    }
    return counters
  }
}

extension StackRegion.Claim {
  fileprivate init(_ note: clab_stack_note) {
    let kind: StackKind =
      switch note.kind {
      case CLAB_STACK_MAIN.rawValue: .main
      case CLAB_STACK_COROUTINE.rawValue: .coroutine
      case CLAB_STACK_ALTERNATE.rawValue: .alternateStack
      default: .thread
      }
    self.init(
      kind: kind, name: text(of: note.name),
      number: kind == .coroutine ? Int(clamping: note.number) : nil,
      thread: kind == .coroutine ? nil : note.thread, low: Address(note.low),
      high: Address(note.high), guardAskedFor: note.guard_asked_for)
  }
}

extension Corruption {
  fileprivate init(_ note: clab_canary_note) {
    let below = note.stack_limit > note.first_changed
    self.init(
      what: text(of: note.what), owner: text(of: note.owner),
      firstAddress: Address(note.first_changed), bytesChanged: Int(clamping: note.bytes_changed),
      belowStackLimit: below ? Int(clamping: note.stack_limit - note.first_changed) : nil)
  }
}

/// A C array of characters, which Swift sees as a tuple.
private func text<Tuple>(of field: Tuple) -> String {
  withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
