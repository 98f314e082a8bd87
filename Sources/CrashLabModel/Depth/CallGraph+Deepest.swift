extension CallGraph {
  /// The deepest way from a function on, as far as it is known.
  package struct Deepest: Sendable, Equatable {
    package struct Step: Sendable, Equatable {
      /// Nil for what was assumed.
      package var address: Address?
      package var name: String
      /// What this one adds, bytes.
      package var bytes: Int
    }

    package struct Unknown: Hashable, Sendable {
      package enum Kind: String, Codable, Sendable, CaseIterable {
        case recursion
        case indirectCall = "indirect-call"
        case externalCall = "external-call"
        case dynamicFrame = "dynamic-frame"
        case notUnderstood = "not-understood"
      }

      package var kind: Kind
      /// The functions of a recursion; what is called outside; or in which function it is.
      package var names: [String]
      package var site: Address?
    }

    /// Bytes from the entry's return address on, which is one word of them. Less than the whole where
    /// something is unknown.
    package var bytes: Int
    package var path: [Step]
    package var unknowns: [Unknown]
    /// Functions that can be reached.
    package var reached: Int
  }

  /// Pure.
  package func deepest(from entry: Address, assuming: StackAssumptions = .init()) -> Deepest {
    var search = DepthSearch(graph: self, assumptions: assuming)
    return search.run(from: entry)
  }
}

/// Tarjan's strongly connected components, without recursion: a file may hold any graph.
private struct DepthSearch {
  let graph: CallGraph
  let assumptions: StackAssumptions

  private struct Visit {
    var function: Address
    var next = 0
  }

  /// What a function needs, and by which of its calls.
  private struct Need {
    var bytes: Int
    var call: CallGraph.Call?
  }

  private var index: [Address: Int] = [:]
  private var low: [Address: Int] = [:]
  private var open: [Address] = []
  private var isOpen: Set<Address> = []
  private var needs: [Address: Need] = [:]
  private var unknowns: Set<CallGraph.Deepest.Unknown> = []

  init(graph: CallGraph, assumptions: StackAssumptions) {
    self.graph = graph
    self.assumptions = assumptions
  }

  mutating func run(from entry: Address) -> CallGraph.Deepest {
    visit(entry)
    let order = CallGraph.Deepest.Unknown.Kind.allCases
    return .init(
      bytes: needs[entry]?.bytes ?? 0, path: path(from: entry),
      unknowns: unknowns.sorted {
        let (a, b) = (order.firstIndex(of: $0.kind) ?? 0, order.firstIndex(of: $1.kind) ?? 0)
        if a != b { return a < b }
        return ($0.names.joined(), $0.site?.value ?? 0) < ($1.names.joined(), $1.site?.value ?? 0)
      }, reached: needs.count)
  }

  /// The bytes that somebody has vouched for.
  private func assumed(_ function: CallGraph.Function) -> Int? { assumptions.bytes[function.name] }

  private func calls(of function: CallGraph.Function) -> [CallGraph.Call] {
    assumed(function) == nil ? function.calls : []
  }

  private mutating func visit(_ entry: Address) {
    var visits: [Visit] = []
    enter(entry, &visits)
    while var last = visits.last {
      guard let function = graph.functions[last.function] else {
        visits.removeLast()
        continue
      }
      let calls = calls(of: function)
      if last.next < calls.count {
        let call = calls[last.next]
        last.next += 1
        visits[visits.count - 1] = last
        guard case .function(let callee) = call.target, graph.functions[callee] != nil else {
          continue
        }
        if index[callee] == nil {
          enter(callee, &visits)
        } else if isOpen.contains(callee) {
          low[function.address] = min(low[function.address] ?? 0, index[callee] ?? 0)
        }
        continue
      }
      visits.removeLast()
      if let caller = visits.last?.function {
        low[caller] = min(low[caller] ?? 0, low[function.address] ?? 0)
      }
      if low[function.address] == index[function.address] { close(function.address) }
    }
  }

  private mutating func enter(_ function: Address, _ visits: inout [Visit]) {
    index[function] = index.count
    low[function] = index[function]
    open.append(function)
    isOpen.insert(function)
    visits.append(Visit(function: function))
  }

  /// A component is whole, and everything that it calls outside of it has been dealt with.
  private mutating func close(_ root: Address) {
    var members: [Address] = []
    while let member = open.popLast() {
      isOpen.remove(member)
      members.append(member)
      if member == root { break }
    }
    let component = Set(members)
    var isRecursive = false
    for member in members {
      guard let function = graph.functions[member] else { continue }
      if let bytes = assumed(function) {
        needs[member] = Need(bytes: bytes, call: nil)
        continue
      }
      for doubt in function.doubts {
        unknowns.insert(
          .init(
            kind: doubt == .dynamicFrame ? .dynamicFrame : .notUnderstood,
            names: [function.name], site: member))
      }
      var need = Need(bytes: function.own, call: nil)
      for call in function.calls {
        if case .function(let callee) = call.target, component.contains(callee) {
          isRecursive = true
          continue
        }
        let bytes = call.depth.plus(cost(of: call, in: function))
        if bytes > need.bytes { need = Need(bytes: bytes, call: call) }
      }
      needs[member] = need
    }
    if isRecursive {
      let names = members.reversed().compactMap { graph.functions[$0]?.name }
      unknowns.insert(.init(kind: .recursion, names: names, site: nil))
    }
  }

  private mutating func cost(of call: CallGraph.Call, in function: CallGraph.Function) -> Int {
    let word = 8
    switch call.target {
    case .function(let callee):
      if let need = needs[callee] { return need.bytes }
      unknowns.insert(.init(kind: .notUnderstood, names: [function.name], site: call.site))
      return word
    case .external(let name):
      if let bytes = assumptions.bytes[name] { return bytes }
      unknowns.insert(.init(kind: .externalCall, names: [name], site: nil))
      return word
    case .indirect:
      if let bytes = assumptions.bytes["\(function.name):*"] ?? assumptions.bytes["*"] {
        return bytes
      }
      unknowns.insert(.init(kind: .indirectCall, names: [function.name], site: call.site))
      return word
    }
  }

  private func path(from entry: Address) -> [CallGraph.Deepest.Step] {
    var steps: [CallGraph.Deepest.Step] = []
    var next: Address? = entry
    while let address = next, let function = graph.functions[address], let need = needs[address],
      steps.count < 100_000
    {
      next = nil
      guard let call = need.call else {
        steps.append(.init(address: address, name: function.name, bytes: need.bytes))
        break
      }
      steps.append(.init(address: address, name: function.name, bytes: call.depth))
      let rest = need.bytes - call.depth
      switch call.target {
      case .function(let callee):
        if needs[callee] == nil { steps.append(.init(address: callee, name: "?", bytes: rest)) }
        next = callee
      case .external(let name): steps.append(.init(address: nil, name: name, bytes: rest))
      case .indirect:
        steps.append(.init(address: nil, name: "\(function.name):*", bytes: rest))
      }
    }
    return steps
  }
}
