internal import CHarness
internal import CrashLabModel
internal import Glibc

extension StackWatch {
  /// How many were taken; nil if none were asked for.
  var samples: Int? { sampling?.count }

  /// It is time for the next round.
  func askForSamples() {
    guard !isOver else { return }
    let living = [process] + threads.keys
    sampling?.look(at: living) { thread, pointer in
      guard let stack = ownStack(of: thread) else { return false }
      // On another stack nobody knows before how deep that is.
      return stack.range.contains(pointer)
        && stack.deepest.map { pointer < $0.stackPointer } ?? true
    }
  }

  /// A thread stands: true if it was told to, for a sample.
  func takesSample(of thread: Int32) -> Bool {
    guard sampling?.hasStopped(thread) == true else { return false }
    var registers = clab_registers()
    guard clab_registers_of_thread(thread, &registers) == 0,
      let stack = ownStack(of: thread)
    else { return true }
    let pointer = Address(clab_stack_pointer_of(&registers))
    guard stack.range.contains(pointer) else {
      stands(thread, at: pointer)
      others.samples(pointer, in: pages) { unwind(registers, of: thread) }
      return true
    }
    guard stack.deepest.map({ pointer < $0.stackPointer }) ?? true,
      let trace = unwind(registers, of: thread)
    else { return true }
    let sample = SampledTrace(
      stackPointer: pointer, depth: Int(clamping: stack.range.upperBound.value - pointer.value),
      trace: trace)
    if thread == process { deepestOfMain = sample } else { threads[thread]?.deepest = sample }
    return true
  }

  private func ownStack(of thread: Int32) -> (range: Range<Address>, deepest: SampledTrace?)? {
    if thread == process {
      return main.map { (mainRange($0.top), deepestOfMain) }
    }
    return threads[thread].map { ($0.low..<$0.top, $0.deepest) }
  }

  /// The memory of the main stack, as far as it has grown.
  private func mainRange(_ top: Address) -> Range<Address> {
    let mapping = pages.mapping(at: Address(top.value - 1))
    return (mapping?.low ?? top)..<top
  }

  /// The deepest samples with their names.
  func unwinds(
    with symbolicator: Symbolicator
  ) -> [(sample: SampledTrace, unwind: UnwindReport)] {
    guard let places else { return [] }
    return tally.groups.values.compactMap(\.deepest).map { sample in
      var unwind = UnwindReport(sample.trace, by: .observer)
      let (names, missing) = symbolicator.names(
        of: sample.trace.codeAddresses, in: places.mappings, files: places.files)
      unwind.take(names, missing: missing, of: sample.trace, stackSize: nil)
      return (sample, unwind)
    }
  }
}
