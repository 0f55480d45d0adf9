// 页面上的全部文字，简体中文。键与 en.js 相同，由测试比对。

/** @type {string} */
export const LOCALE = "zh-CN";

export const TEXT = {
  brand: "Plotroom",
  language: "语言",
  madeForYou: "自动生成",
  overview: "总览",
  search: "查找指标",
  menu: "菜单",
  close: "关闭",
  fold: "收起",
  unfold: "已收起",
  pause: "暂停",
  goOn: "继续",
  window: "时间范围",
  toLight: "浅色主题",
  toDark: "深色主题",
  help: "键盘快捷键",
  skip: "跳到图表",
  families: "仪表板",
  nothing: "还没有采集器提供指标",
  nothingHint: "把一个含有 @metric 函数的 Python 文件放进 plugins 文件夹，它的图表就会出现在这里。",
  noMatch: "没有名称匹配的指标。",
  waiting: "正在等待第一个采样",
  noSample: "这段时间内没有数据",
  noneMeant: "没有符合所选条件的序列",
  noneThen: "无数据",
  newest: "最新值",
  gone: "它的采集器目前不在",
  tooMany: "打开的指标超过了服务器允许的数量。",
  noDashboard: "没有这个仪表板",
  noDashboardHint: "它可能属于某个当前没有运行的插件，一旦该插件有了第一个指标就会出现；也可能已被移除，可在新建仪表板处恢复。",
  noneOfHint: "近来没有指标提到它；一旦有指标提到，它就会出现。",
  toOverview: "前往总览",
  otherVersion: "服务器已更新",
  reload: "重新加载",
  signedOut: "您已退出登录",
  signIn: "登录",
  connecting: "正在连接",
  reconnecting: "正在重新连接",
  paused: "已暂停",
  live: "实时",
  today: "今天",
  fewer: "收起",
  noCollectors: "没有采集器",
  charts: "图表",
  failed: "无法绘制此图表",
  zoomAsking: "正在加载采样",
  zoomFailed: "无法加载更细的采样",
  minuteMeans: "每分钟平均值",
  hourMeans: "每小时平均值",
  // 采集器及其状态
  collectors: "采集器",
  name: "名称",
  state: "状态",
  every: "间隔",
  takes: "耗时",
  samples: "采样数",
  errors: "错误",
  restarts: "重启",
  // 人
  here: "在这里的人",
  everybody: "在这里的所有人",
  you: "您",
  yourName: "您的名字",
  yourColour: "您的颜色",
  save: "保存",
  whisper: "私聊",
  follow: "跟随",
  invite: "邀请到私密房间",
  newRoom: "新房间",
  roomTitle: "房间名称",
  open: "打开",
  talk: "聊天",
  places: "聊天的地方",
  notes: "笔记",
  noNotes: "还没有任何时刻带有笔记。写一条消息并钉在某个时刻：所有人都会在图表上看到它，并且它会一直保留。",
  silent: "这里还没有人说话。",
  silentWhisper: "只有你们两人能看到这些内容。",
  writeHere: "写给在这里的人",
  send: "发送",
  pin: "钉在某个时刻",
  pinHint: "选择时刻：点击图表",
  pinStart: "缩放的起点",
  cancel: "取消",
  remove: "移除",
  edit: "编辑",
  edited: "已编辑",
  takeBack: "撤回",
  sure: "要为所有人撤回吗？",
  keep: "保留",
  quit: "永久离开",
  join: "加入",
  decline: "不了，谢谢",
  stop: "停止",
  backToLive: "回到实时",
  privateRoom: "私密房间",
  onlyYou: "现在这个房间里没有其他人",
  noAnswer: "服务器没有回应。您的文字已保留。",
  // 时间
  everything: "全部",
  spanTitle: "起止时间",
  spanExample: "最近15分钟、昨天、09:00-10:30",
  spanHint: "例如：最近2小时、周一、昨天9点到10点半、2026-11-01 到 2026-11-03",
  suggested: ["最近 30 秒", "今天", "昨天", "本周", "上周", "全部"],
  wholePast: "已存储的全部数据",
  compareWith: "对比",
  comparedNothing: "无",
  compareNoMore: "不再对比",
  clock: "时钟",
  localClock: "本地",
  utcClock: "UTC",
  moved: "图表移动",
  movedAll: "一起",
  movedOne: "各自",
  linked: "图表一起移动",
  unlinked: "图表各自移动",
  stats: ["最小", "平均", "最大"],
  longer: "更长的历史",
  longerShown: "在图表下方",
  longerHidden: "隐藏",
  hideLonger: "隐藏更长的历史",
  shownSpan: "显示的时间段",
  shownFrom: "显示自",
  shownTo: "显示至",
  // 键帽上的字
  spaceKey: "空格",
  enterKey: "回车",
  escapeKey: "Esc",
  // 导出与展示
  panelMenu: "可以用它做什么",
  fullScreen: "全屏",
  smaller: "返回仪表板",
  viewData: "查看数据",
  savePng: "保存为 PNG",
  saveSvg: "保存为 SVG",
  saveCsv: "将数据保存为 CSV",
  copyLink: "复制此面板的链接",
  copied: "已复制",
  copy: "复制",
  embedKey: "此地址中的密钥只打开这一个面板显示的内容，包括其历史和变量的任意取值；任何持有者都可使用，直到服务器更换令牌。",
  noFramers: "目前还没有网页可以显示它。请由此 Plotroom 的管理者在设置项 embed_origins 中指定允许的网页。",
  light: "浅色",
  dark: "深色",
  themeOfReader: "跟随读者",
  theme: "主题",
  embedCode: "嵌入其他网页",
  notCopied: "浏览器不允许复制",
  noPicture: "浏览器无法生成图片",
  time: "时间",
  again: "重新读取",
  findSeries: "查找序列",
  noSeries: "没有名称匹配的序列。",
  byPeak: "最大的在前，附最新值与最大值",
  pinSeries: "固定",
  hideSeries: "隐藏",
  saveBoard: "将仪表板保存为 PNG",
  kiosk: "投放到大屏（展示模式）",
};

/** @type {Record<string, string>} */
export const REFUSALS = {
  rate_limited: "一次发送太多了。您的文字已保留：请过几秒再发送。",
  forbidden: "您已不在这个房间。您的文字已保留。",
  unavailable: "服务器现在无法保存消息。您的文字已保留。",
  unknown_person: "很久没有叫这个名字的人来过了。",
  unknown_message: "它已经被撤回了。",
};

/** @type {Record<string, string>} */
export const STATES = {
  starting: "正在启动",
  running: "运行中",
  late: "延迟",
  failing: "出错",
  misconfigured: "配置错误",
  unavailable: "不可用",
  stopped: "已停止",
};

/** @type {Record<string, string>} */
export const NAMES = {
  // 分组
  "System": "系统",
  "CPU": "CPU",
  "Memory": "内存",
  "Disks": "磁盘",
  "Network": "网络",
  "Processes": "进程",
  // 自带采集器的指标
  "CPU by mode": "CPU 各模式",
  "CPU by core": "CPU 各核心",
  "Load": "负载",
  "CPU pressure": "CPU 压力",
  "Context switches": "上下文切换",
  "Interrupts": "中断",
  "Threads": "线程",
  "Uptime": "运行时间",
  "Temperatures": "温度",
  "Fans": "风扇",
  "Battery": "电池",
  "Swap": "交换空间",
  "Swapping": "换入换出",
  "Memory pressure": "内存压力",
  "Disk throughput": "磁盘吞吐",
  "Disk operations": "磁盘操作",
  "Disk operations in flight": "进行中的磁盘操作",
  "Disk busy": "磁盘繁忙度",
  "Disk pressure": "磁盘压力",
  "File systems": "文件系统",
  "Free space": "可用空间",
  "Network packets": "网络数据包",
  "Network errors": "网络错误",
  "Dropped packets": "丢弃的数据包",
  "TCP sockets": "TCP 套接字",
  "Processes by state": "进程（按状态）",
  "Processes by CPU": "进程（按 CPU）",
  "Processes by memory": "进程（按内存）",
  "Processes by reading": "进程（按读取）",
  "Processes by writing": "进程（按写入）",
  // 演示数据
  "Random walk": "随机游走",
  "Sine": "正弦",
  "Square wave": "方波",
  "Bursts": "突发",
  "Worked off": "已处理",
  "Gaps": "缺口",
  "Spectrum": "频谱",
  // Plotroom 自身
  "Hub lag": "事件循环延迟",
  "Tick lateness": "节拍延迟",
  "Late and skipped ticks": "迟到和跳过的节拍",
  "Clients and rooms": "客户端与房间",
  "Messages out": "发出的消息",
  "Bytes out": "发出的字节",
  "CPU of Plotroom": "Plotroom 的 CPU",
  "Memory of Plotroom": "Plotroom 的内存",
  "Collector durations": "采集器耗时",
  "History on the disk": "磁盘上的历史",
  "Values written": "已写入的值",
  "Writing of the last second": "最近一秒的写入",
  "Damaged chunks found": "发现的损坏数据块",
};

export const UNMEANT = {
  /** @param {string} said */
  unread: (said) => `无法理解“${said}”。可以写：最近15分钟、昨天、9点到17点、11月27日、从9点开始。`,
  /** @param {string} said */
  future: (said) => `“${said}”还没有到来。`,
  /** @param {string} said */
  order: (said) => `“${said}”的结束早于开始。`,
  /** @param {string} said */
  skipped: (said) => `“${said}”中的时刻因调整时钟而不存在。`,
  /** @param {string} said */
  american: (said) => `“${said}”可能是两个不同的日期。请先写年份，例如 2026-11-03。`,
  /** @param {string} said */
  short: (said) => `“${said}”太短：至少一秒。`,
};

/** @type {Record<string, string>} */
export const UNITS = {
  processes: "进程",
  threads: "线程",
  switches: "次切换",
  interrupts: "次中断",
  sockets: "套接字",
  packets: "个包",
  errors: "个错误",
  operations: "次操作",
  messages: "条消息",
  ticks: "个节拍",
  values: "个值",
  chunks: "块",
  requests: "次请求",
  connections: "个连接",
};

export const TIME = { ms: "毫秒", s: "秒", min: "分钟", h: "小时", d: "天" };

/** @param {string} windows @returns {[string, string][]} */
export const keysText = (windows) => [
  ["空格", "暂停或继续"],
  ["/", "查找指标"],
  ["0 – 9", `时间范围：${windows}`],
  ["g", "用文字选择任意时间范围；对比；时钟"],
  ["← →", "更早或更晚"],
  ["+ −", "放大或缩小"],
  ["b", "图表下方的更长历史，用两个手柄选取"],
  ["l", "图表一起移动，或各自移动"],
  ["s", "每个图例显示最小、平均和最大值，或只显示当前值"],
  ["f", "全屏：鼠标下方或有焦点的面板"],
  ["t", "深色或浅色"],
  ["e", "编辑此仪表板或其副本"],
  ["c", "采集器及其状态"],
  ["m", "图表旁的聊天"],
  ["p", "按住：让别人看到您指向哪里"],
  ["Esc", "回到实时，或关闭"],
  ["?", "这些快捷键"],
];

const numbers = new Intl.NumberFormat(LOCALE);

/** @param {string[]} things */
export const listed = (things) => things.join("、");
/** @param {string} name @param {string} what */
export const labelled = (name, what) => `${name}：${what}`;
/** @param {string} what @param {string | number} key */
export const withKey = (what, key) => `${what}（${key}）`;
/** @param {string} day @param {string} clock */
export const onDay = (day, clock) => `${day} ${clock}`;
/** @param {string} time */
export const sinceWord = (time) => `自 ${time} 起`;
/** @param {string} length */
export const behindBy = (length) => `落后 ${length}：跟上`;
/** @param {string} length */
export const silentFor = (length) => `${length}没有采样`;
/** @param {string} time */
export const noDataWord = (time) => `自 ${time} 起没有数据`;
/** @param {string} length */
export const beforeThat = (length) => `${length}前`;
/** @param {string} label @param {string} value */
export const noneOf = (label, value) => `没有 ${label}“${value}”`;
/** @param {string} name */
export const toText = (name) => `前往${name}`;
/** @param {string} length */
export const lastOf = (length) => `最近 ${length}，持续更新`;
/** @param {string} what of the address */
export const unreadIn = (what) => `无法理解地址中的“${what}”，已忽略。`;
/** @param {string} id */
export const noPanel = (id) => `地址要求的面板“${id}”不在此仪表板上。`;
/** @param {string} why */
export const noOldest = (why) => `服务器无法告知最早的数据：${why}`;
/** @param {number} count */
export const moreText = (count) => `还有 ${numbers.format(count)} 个`;
/** @param {number} drawn @param {number} all */
export const someOf = (drawn, all) => `只绘制了 ${all} 条序列中最大的 ${drawn} 条`;
/** @param {number} count */
export const refusedOf = (count) => `另有 ${numbers.format(count)} 条序列被拒绝：上限是 history.max_series`;
/** @param {string} percent @param {string} total */
export const shareOf = (percent, total) => `${total} 的 ${percent}%`;
/** @param {number} count */
export const absent = (count) => `${numbers.format(count)} 个在此不可用`;
/** @param {number} count */
export const running = (count) => `${numbers.format(count)} 个采集器运行中`;
/** @param {string} metric */
export const noFigure = (metric) => `服务器没有 ${metric} 的图形`;
/** @param {string} type @param {string} instead */
export const tilesText = (type, instead) => `“${type}”需要其他服务器上的地图瓦片，而此页面不访问其他服务器；请改用“${instead}”`;
/** @param {number} status */
export const answered = (status) => `服务器回应了 ${status}`;
/** @param {string} address */
export const notLoaded = (address) => `无法加载 ${address}`;

/** @param {string} name @param {string} last @param {string} min @param {string} max @param {string} way */
export const seriesInWords = (name, last, min, max, way) => (
  `${name} ${last}${min === max ? "" : `，介于 ${min} 与 ${max} 之间`}${ways[way] ? `，${ways[way]}` : ""}`);
/** @type {Record<string, string>} */
const ways = { rising: "上升", falling: "下降", steady: "平稳" };
/** @param {string} title @param {string[]} series @param {number} more */
export const inWords = (title, series, more) => (
  `${title}：${[...series, ...(more ? [`还有 ${numbers.format(more)} 条序列`] : [])].join("；") || "没有数值"}`);

/** @param {number} count */
export const othersThere = (count) => `另有 ${numbers.format(count)} 人在那里`;
/** @param {string} span @param {string} title */
export const aboutText = (span, title) => `关于 ${span}${title ? `，${title}` : ""}`;
/** @param {string} moment */
export const pinnedText = (moment) => `钉在 ${moment}`;
/** @param {string} name */
export const followText = (name) => `正在跟随 ${name}`;
/** @param {string} name */
export const followAgain = (name) => `重新跟随 ${name}`;
/** @param {string} name */
export const leaderGone = (name) => `${name} 已离开`;
/** @param {string} name @param {string} title */
export const invitedText = (name, title) => `${name} 邀请您加入“${title}”`;
/** @param {string} name @param {string} title */
export const invitedDone = (name, title) => `已邀请 ${name} 加入“${title}”`;
/** @param {string} span */
export const lookText = (span) => `所有图表位于 ${span}`;
/** @param {number} count */
export const unreadText = (count) => `聊天，${numbers.format(count)} 条未读`;
/** @param {number} count */
export const letters = (count) => `还可输入 ${numbers.format(count)} 个字`;
/** @param {string} names */
export const withNames = (names) => `与 ${names} 一起`;
/** @param {string} name */
export const whisperTo = (name) => `私聊 ${name}`;
/** @param {number} number */
export const colourText = (number) => `颜色 ${number}`;
/** @param {number} rows @param {number} all */
export const rowsText = (rows, all) => (rows < all ? `${numbers.format(all)} 个采样中均匀选取的 ${numbers.format(rows)} 个；CSV 含全部` : `${numbers.format(all)} 个采样`);
/** @param {string} title */
export const tableOf = (title) => `${title}：数据`;
/** @param {string} title @param {number} count */
export const seriesOf = (title, count) => `${title}：${numbers.format(count)} 个序列`;
/** @param {number} some @param {number} all */
export const firstOf = (some, all) => `${numbers.format(all)} 个中最大的 ${numbers.format(some)} 个；输入更多名称以查找其他序列`;
/** @param {number} count */
export const foldedText = (count) => `另有 ${numbers.format(count)} 个未绘制`;
/** @param {string} title */
export const menuOf = (title) => `${title}：可用操作`;
/** @param {string} title */
export const embedOf = (title) => `${title}：嵌入其他网页`;
/** @param {string} origins */
export const framersText = (origins) => `以下网页可以显示它：${origins}`;
/** @param {string} half @param {string} most */
export const delayText = (half, most) => `从采样到屏幕：半数不超过 ${half}，百分之九十九不超过 ${most}`;
