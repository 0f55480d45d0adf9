// 关于自建仪表板的全部文字，简体中文。键与旁边的 en.js 相同，由测试比对。

export const WORDS = {
  madeByYou: "自建",
  madeByYouHint: "你创建的仪表板会列在这里。",
  newDashboard: "新建仪表板",
  edit: "编辑",
  copyHere: "复制并编辑",
  copyHint: "用此页内容创建自己的仪表板",
  unfold: "逐个查看",
  notLoaded: "无法加载此仪表板",
  noAnswer: "服务器没有应答。",
  again: "重试",
  noPanels: "此仪表板上还没有内容",
  noPanelsHint: "进入编辑，添加第一个面板。",
  versions: "版本",
  newest: "最新",
  look: "查看",
  bringBack: "恢复此版本",
  toNewest: "回到最新版本",
  whatChanged: "有何改动",
  deleted: "已移除的仪表板",
  noneDeleted: "最近没有移除的仪表板。",
  draft: "草稿",
  fromFile: "它以文件形式保存在服务器上：复制后可在此修改。",
  whatCalled: "名称",
  startWith: "起始内容",
  empty: "空白页",
  make: "创建",
  editing: "编辑中",
  goOnEditing: "继续编辑",
  discard: "放弃",
  sureDiscard: "放弃全部修改？",
  done: "完成",
  save: "保存",
  saving: "正在保存",
  undo: "撤销",
  redo: "重做",
  undoKey: "Ctrl Z",
  redoKey: "Ctrl Shift Z",
  addPanel: "添加面板",
  variables: "变量",
  about: "属性",
  titleOf: "仪表板标题",
  movable: "可移动的面板",
  movingHint: "方向键移动，按住 Shift 调整大小。回车或空格打开设置，D 复制，Delete 移除。",
  touchHint: "按住面板或其角落片刻，然后拖动。",
  up: "上移",
  down: "下移",
  settings: "设置",
  duplicate: "复制",
  remove: "移除",
  close: "关闭",
  cancel: "取消",
  unsaved: "尚未保存任何内容",
  leaveTitle: "有未保存的修改",
  leaveHint: "修改会留在此浏览器中，回来时可以继续。",
  saveAndGo: "保存并离开",
  goAnyway: "不保存，直接离开",
  stay: "留下",
  removed: "有人在你编辑时移除了此仪表板。保存会重新创建它。",
  findMetric: "查找指标",
  noMetric: "没有名称匹配的指标。",
  add: "添加",
  added: "已添加",
  addText: "文本",
  addFigure: "Plotly 图形",
  sampleText: "## 标题\n\n用 **Markdown** 书写文字：列表、链接，以及指标名，例如 `system.load`。",
  panelTitle: "标题",
  kind: "图表类型",
  metric: "指标",
  change: "更换",
  series: "序列",
  seriesHint: "不选则全部显示。",
  unit: "单位",
  noUnit: "未知的单位。请从列表中选择，或写出所计数事物的小写英文名词。",
  range: "取值范围",
  from: "从",
  to: "到",
  byItself: "自动",
  tooFar: "离零太远，无法绘制：绝对值不超过 1e100。",
  log: "对数坐标",
  thresholds: "阈值",
  addThreshold: "添加阈值",
  valueFrom: "起始值",
  level: "级别",
  levels: { ok: "正常", warn: "留意", bad: "异常" },
  compare: "对比",
  compares: { none: "不对比", 3600: "一小时前", 86400: "一天前", 604800: "一周前" },
  repeat: "按变量重复",
  yes: "是",
  no: "否",
  none: "无变量",
  size: "大小",
  width: "列",
  height: "行",
  text: "文本（Markdown）",
  figure: "图形（Plotly JSON）",
  bind: "图形的数组，以及填充它们的指标",
  bindHint: "每行一个：r = wind.speed，或 1.marker.size = wind.gust{mast=\"a\"}",
  noFigure: "这不是图形：需要 data，即轨迹列表。",
  description: "说明",
  window: "初始时间范围",
  readers: "由查看者决定",
  removeBoard: "移除此仪表板",
  sureRemove: "为所有人移除？",
  variable: "变量",
  variablesHint: "变量让查看者在某个标签的值中选择。在标题、文本和序列中写 $名称 即可使用。",
  name: "名称",
  label: "显示名称",
  ofMetric: "取值来自指标",
  ofLabel: "的标签",
  several: "可多选",
  atFirst: "初始选择",
  addVariable: "添加变量",
  findValue: "查找值",
  noValues: "没有这个值。",
  all: "全部",
  conflictTitle: "有人先保存了",
  theirs: "对方的修改",
  yours: "你的修改",
  nothingElse: "没有可见的差别",
  takeTheirs: "采用对方的",
  keepMine: "保留我的",
  keepBoth: "两者都保留",
  takeTheirsHint: "放弃你的修改。",
  keepMineHint: "对方的仍在版本列表中。",
  keepBothHint: "你的另存为副本。",
  kinds: {
    auto: "按指标声明", line: "折线", area: "面积", stacked: "堆叠面积", bars: "柱状", heatmap: "热力图",
    histogram: "直方图", gauge: "仪表", value: "单个数值", table: "表格", timeline: "状态时间线", text: "文本", figure: "Plotly 图形",
  },
  columns: { now: "当前", min: "最小", mean: "平均", max: "最大" },
  fields: {
    title: "标题", description: "说明", window: "时间范围", kind: "图表类型", metric: "指标", only: "序列", unit: "单位",
    range: "范围", log: "对数坐标", thresholds: "阈值", compare: "对比", repeat: "重复", text: "文本", figure: "图形", bind: "图形的数组",
    place: "位置", size: "大小",
  },
  nothing: "无",
};

/** @param {number} version @param {string} by @param {string} when */
export const versionText = (version, by, when) => `版本 ${version}${by ? `，由 ${by} 保存` : ""}，${when}`;
/** @param {string} when */
export const draftText = (when) => `你对此仪表板有未保存的修改（${when}）。`;
/** @param {number} version @param {string} by @param {string} when */
export const quickerText = (version, by, when) => `${by || "有人"} 在你编辑时保存了版本 ${version}（${when}）。保存时会显示差别。`;
/** @param {string} by @param {number} version @param {string} when */
export const conflictText = (by, version, when) => `${by || "有人"} 保存了版本 ${version}（${when}），与你的修改出自同一版本。`;
/** @param {{x: number, y: number, w: number, h: number}} place */
export const placeText = ({ x, y, w, h }) => `第 ${x + 1} 列，第 ${y + 1} 行，宽 ${w}，高 ${h}`;
/** @param {string} name @param {string} place */
export const movedText = (name, place) => `${name}：${place}`;
/** @param {string[] | null} values null for all */
export const chosenText = (values) => (!values ? "全部" : values.length > 2 ? `已选 ${values.length} 个` : values.join("、"));
/** @param {number} shown @param {number} all */
export const restText = (shown, all) => `显示 ${all} 个中的 ${shown} 个`;
/** @param {string} title */
export const copyText = (title) => `“${title}”的副本`;
/** @param {string} title */
export const copiedTitle = (title) => `${title} 副本`;
/** @param {string} title @param {string} by */
export const bothTitle = (title, by) => `${title}（${by || "我的"}）`;
/** @param {string} panel */
export const addedText = (panel) => `新增了 ${panel}`;
/** @param {string} panel */
export const removedText = (panel) => `移除了 ${panel}`;
/** @param {string} panel @param {string} field @param {string} from @param {string} to */
export const changedText = (panel, field, from, to) => `${panel}${field}：${from} → ${to}`;
/** @param {string} panel @param {string} field */
export const otherText = (panel, field) => `${panel}${field}有改动`;
/** @param {string} panel */
export const ofPanel = (panel) => `${panel}，`;
/** @param {number} x @param {number} y */
export const cellText = (x, y) => `第 ${x + 1} 列第 ${y + 1} 行`;
/** @param {number} w @param {number} h */
export const sizeText = (w, h) => `${w} × ${h}`;
/** @param {string} name */
export const variableText = (name) => `变量 ${name}`;
/** @param {string} reason */
export const notSaved = (reason) => `无法保存：${reason}`;
/** @param {string} title @param {string} value */
export const onlyTitle = (title, value) => `${title} · ${value}`;
/** @param {string} title */
export const eachText = (title) => `${title}：逐个查看`;
/** @param {string} text */
export const unreadText = (text) => `这一行没有含义，或数组重复：${text}`;
/** @param {string} type @param {string} meant */
export const noTrace = (type, meant) => `Plotly 没有“${type}”类型的轨迹${meant && `；是否指“${meant}”？`}`;
/** @param {number} number @param {string} type */
export const emptyText = (number, type) => `第 ${number} 条轨迹（${type}）没有可显示的数据`;
/** @param {string} title */
export const discardText = (title) => `放弃 ${title}`;
