/// What every page begins with: it may fetch nothing, and run nothing but the search.
let headTemplate = #"""
  <!DOCTYPE html>
  <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
  <head>
  <meta charset="utf-8"/>
  <meta name="viewport" content="width=device-width, initial-scale=1"/>
  <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src {{{scripts}}}; img-src data:"/>
  <meta name="color-scheme" content="light dark"/>
  <link rel="icon" href="data:,"/>
  """#

/// A page with contents in view, until what it is about.
let openingTemplate = #"""
  {{>head}}
  <title>crashlab: {{title}}</title>
  <style>
  {{{style}}}
  </style>
  </head>
  <body>
  <a class="skip" href="#{{skipTo}}">Skip to the {{skipName}}</a>
  {{>definitions}}
  <header>
  <p class="brand">crashlab</p>
  <h1>{{title}}</h1>
  <p class="lead">{{sentence}}</p>
  {{>heading}}
  </header>
  <div class="columns">
  {{>contents}}
  """#

/// What drawings refer to.
let definitionsTemplate = #"""
  <svg class="definitions" width="0" height="0" aria-hidden="true"><defs>
  <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="7" height="7"/><rect class="hatch-line" width="2.5" height="7"/></pattern>
  </defs></svg>
  """#

/// When and how it was made.
let headingTemplate = #"""
  <dl class="made">{{#heading}}<div><dt>{{name}}</dt><dd>{{#isCommand}}<code>{{value}}</code>{{/isCommand}}{{^isCommand}}{{value}}{{/isCommand}}</dd></div>{{/heading}}</dl>
  """#

/// What the machine is.
let machineTemplate = #"""
  <section aria-labelledby="machine-title">
  <h2 id="machine-title">The machine</h2>
  <dl class="facts">{{#machine}}<div><dt>{{name}}</dt><dd>{{value}}</dd></div>{{/machine}}</dl>
  </section>
  """#
