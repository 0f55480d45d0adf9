"""What the server's own pages say, in the reader's language; all that the dashboard says is in static/js/lang."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from werkzeug.wrappers import Request

from dashboard.errors import INTERNAL

#: The tag of each language, as `<html lang>` has it; the first one is spoken to everybody else.
TAGS = {"en": "en", "zh": "zh-CN"}

#: By the English text, which stands where it is said. What is not here stays English: texts with a name in them.
CHINESE = {
    "Sign in": "登录",
    "This Plotroom asks for its token. It was printed when the server started for the first time;": (
        "这个 Plotroom 需要令牌。服务器首次启动时打印过它；"
    ),
    "shows it again.": "可以再次显示它。",
    "Token": "令牌",
    "Open the dashboard": "打开仪表板",
    "That token is not valid.": "该令牌无效。",
    "The token in that address is not valid.": "该地址中的令牌无效。",
    "One moment": "请稍候",
    "If nothing happens,": "如果没有反应，请",
    "go on to the dashboard": "前往仪表板",
    "Go to the overview": "前往总览",
    "Plotroom draws its charts with JavaScript, which is switched off in this browser.": (
        "Plotroom 用 JavaScript 绘制图表，而此浏览器已将其关闭。"
    ),
    "all": "全部",
    "Overview": "总览",
    "System": "系统",
    "Memory": "内存",
    "Disks": "磁盘",
    "Network": "网络",
    "Processes": "进程",
    "{count} here": "{count} 人在此",
    "Bad Request": "请求有误",
    "Unauthorized": "未登录",
    "Forbidden": "禁止访问",
    "Not Found": "未找到",
    "Method Not Allowed": "方法不允许",
    "Request Entity Too Large": "请求过大",
    "Too Many Requests": "请求过多",
    "Internal Server Error": "服务器内部错误",
    "Service Unavailable": "服务不可用",
    "There is no dashboard of that name.": "没有叫这个名字的仪表板。",
    "There is nothing at this address.": "这个地址没有内容。",
    "This address does not take that method.": "这个地址不接受该方法。",
    "The request is larger than anything this server needs.": "请求大于此服务器所需的任何内容。",
    INTERNAL: "服务器出了问题；详情见其日志。",
    "The form is larger than any token.": "表单大于任何令牌。",
    "The form can't be read.": "无法读取表单。",
}
_TABLES = {"zh": CHINESE}

#: Gives a text of ours in a language.
Say = Callable[[str], str]


def language_of(request: Request) -> str:
    """A key of `TAGS`: the one that the address asks for with `lang`, else what the browser prefers."""
    asked = request.args.get("lang", "").lower().partition("-")[0]
    return asked if asked in TAGS else request.accept_languages.best_match(list(TAGS), "en")


def sayer(language: str) -> Say:
    """What says a text in that language."""
    return partial(_say, _TABLES.get(language, {}))


def _say(table: dict[str, str], text: str) -> str:
    return table.get(text, text)
