/// A part of a process's addresses, as a person thinks of it.
package struct AddressArea: Sendable, Equatable, Codable {
  package enum Kind: String, Codable, Sendable {
    case program, heap, stacks, libraries, files, anonymous, kernel
    case mainStack = "main-stack"
  }

  package var kind: Kind
  /// The file, where it is one; else "".
  package var name: String
  package var low: Address
  package var high: Address
  /// Bytes that are mapped between the two.
  package var mapped: Int
  /// How many stacks lie in it.
  package var stacks: Int

  package init(kind: Kind, name: String, low: Address, high: Address, mapped: Int, stacks: Int) {
    self.kind = kind
    self.name = name
    self.low = low
    self.high = high
    self.mapped = mapped
    self.stacks = stacks
  }

  /// Gathers the mappings into areas, in ascending order. Pure.
  ///
  /// - Parameters:
  ///   - stacks: in ascending order.
  ///   - program: the path of the program's file.
  package static func gather(
    _ mappings: [Mapping], stacks: [StackRegion], program: String
  ) -> [AddressArea] {
    var areas: [AddressArea] = []
    var place = 0
    for mapping in mappings {
      // Stacks and their guards that end above where this mapping begins.
      while place < stacks.count, stacks[place].high <= mapping.low { place += 1 }
      var count = 0
      var isStack = false
      var next = place
      while next < stacks.count, stacks[next].guard.low < mapping.high {
        isStack = isStack || stacks[next].guard.kind != .kernelGap
        // A stack counts where its top is.
        if stacks[next].high <= mapping.high { count += 1 }
        next += 1
      }
      let kind = kind(of: mapping, isStack: isStack, program: program)
      let size = Int(clamping: mapping.high.value - mapping.low.value)
      // A heap that a coroutine runs on is still a heap.
      let name = kind == .files ? mapping.path : ""
      if var last = areas.last, last.kind == kind, last.name == name,
        mapping.low.value - last.high.value <= 4 << 20
      {
        last.high = mapping.high
        last.mapped = last.mapped.plus(size)
        last.stacks += count
        areas[areas.count - 1] = last
      } else {
        areas.append(
          AddressArea(
            kind: kind, name: name, low: mapping.low, high: mapping.high, mapped: size,
            stacks: count))
      }
    }
    return areas
  }

  /// The same with libraries and the small things between them as one. Pure.
  package static func coarse(_ areas: [AddressArea]) -> [AddressArea] {
    let small: Set<Kind> = [.libraries, .files, .anonymous, .kernel]
    var result: [AddressArea] = []
    for area in areas {
      if var last = result.last, small.contains(last.kind), small.contains(area.kind),
        area.low.value - last.high.value <= 4 << 20
      {
        last.kind = last.kind == area.kind ? area.kind : .libraries
        last.high = area.high
        last.mapped = last.mapped.plus(area.mapped)
        result[result.count - 1] = last
      } else {
        result.append(area)
      }
    }
    return result
  }

  private static func kind(of mapping: Mapping, isStack: Bool, program: String) -> Kind {
    switch mapping.path {
    case "[stack]": .mainStack
    case "[heap]": .heap
    case "": isStack ? .stacks : .anonymous
    case program where !program.isEmpty: .program
    default:
      if mapping.path.hasPrefix("[v") {
        .kernel
      } else if mapping.path.hasPrefix("[") {
        isStack ? .stacks : .anonymous
      } else if isLibrary(mapping.path) {
        .libraries
      } else {
        .files
      }
    }
  }

  /// `libc.so.6`, `libx.so`
  private static func isLibrary(_ path: String) -> Bool {
    let file = path.split(separator: "/").last ?? ""
    return file.hasSuffix(".so") || file.contains(".so.")
  }
}
