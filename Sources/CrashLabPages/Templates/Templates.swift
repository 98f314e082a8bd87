internal import Mustache

/// The templates, parsed once.
struct Templates {
  static let page = Templates(
    main: pageTemplate, parts: ["head": headTemplate, "trial": trialTemplate])
  static let comparison = Templates(
    main: comparisonTemplate,
    parts: ["head": headTemplate, "sides": sidesTemplate, "row": rowTemplate])

  private let library: MustacheLibrary

  private init(main: String, parts: [String: String]) {
    var templates = parts.mapValues { MustacheTemplate.page($0) }
    templates["main"] = MustacheTemplate.page(main)
    library = MustacheLibrary(templates: templates)
  }

  func render(_ values: Values) -> String { library.render(values, withTemplate: "main") ?? "" }
}
