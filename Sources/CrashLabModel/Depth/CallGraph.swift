/// Who calls whom, and how deep the stack is then.
package struct CallGraph: Sendable {
  package enum Target: Hashable, Sendable {
    case function(Address)
    /// Of another file.
    case external(String)
    /// Through a pointer.
    case indirect
  }

  package struct Call: Sendable, Equatable {
    package var site: Address
    package var target: Target
    /// From the caller's canonical frame address down to the callee's, bytes: 0 for a tail call.
    package var depth: Int

    package init(site: Address, target: Target, depth: Int) {
      self.site = site
      self.target = target
      self.depth = depth
    }
  }

  /// What of a function's own code could not be understood.
  package enum Doubt: String, Sendable, Codable, Hashable {
    /// alloca, an array of variable length, or another stack.
    case dynamicFrame = "dynamic-frame"
    /// Not all of its code could be decoded.
    case notUnderstood = "not-understood"
  }

  package struct Function: Sendable, Equatable {
    package var address: Address
    package var name: String
    /// Bytes below its canonical frame address that it uses itself, the return address included.
    package var own: Int
    package var calls: [Call]
    package var doubts: Set<Doubt>

    package init(
      address: Address, name: String, own: Int, calls: [Call] = [], doubts: Set<Doubt> = []
    ) {
      self.address = address
      self.name = name
      self.own = own
      self.calls = calls
      self.doubts = doubts
    }
  }

  package var functions: [Address: Function]

  package init(_ functions: [Function]) {
    self.functions = Dictionary(functions.map { ($0.address, $0) }) { first, _ in first }
  }
}
